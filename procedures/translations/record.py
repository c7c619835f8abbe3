"""The texts of one record beside their translations, and writing these."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from procedures.comparison import marked
from procedures.models import TranslatedText
from procedures.models.versions import Version
from procedures.translations.memory import digest, remember
from procedures.translations.tables import text_fields


@dataclass
class Line:
    """One Spanish text and its translation.

    `state` is "done", "missing" or "outdated"; `was` has the Pieces between the Spanish that was translated and
    today's; `offer` is how the same Spanish was translated elsewhere.
    """

    row: object
    name: str
    language: str
    place: str  # which part of the record it is of; empty for the record itself
    state: str = "done"
    was: tuple = ()
    offer: str = ""

    @property
    def key(self):
        return f"{self.row._meta.model_name}-{self.row.pk}-{self.name}"

    @property
    def field(self):
        return self.row._meta.get_field(self.name)

    @property
    def label(self):
        return capfirst(self.field.verbose_name)

    @property
    def column(self):
        return f"{self.name}_{self.language}"

    @property
    def source(self):
        return getattr(self.row, f"{self.name}_{settings.LANGUAGE_CODE}") or ""

    @property
    def text(self):
        return getattr(self.row, self.column) or ""

    @property
    def seen(self):
        """What a page says it showed: another value later means that somebody changed either text meanwhile."""
        return digest(f"{self.source}\0{self.text}")


def lines_of(table, record, language):
    """The Lines of a record and of what belongs to it, in the order of its page; three queries and one per part."""
    lines = [line for row, place in rows_of(table, record) for line in row_lines(row, place, language)]
    known = Known(lines, language)
    for line in lines:
        line.state = known.state(line)
        line.was = known.was(line) if line.state == "outdated" else ()
        line.offer = known.offer(line) if line.state != "done" else ""
    return lines


def rows_of(table, record):
    """`(row, place)` of the record itself and of each row that belongs to it."""
    yield record, ""
    for model, owner in table.parts.items():
        for number, row in enumerate(model.objects.filter(**{owner: record}), 1):
            yield row, f"{capfirst(model._meta.verbose_name)} {number}"


def row_lines(row, place, language):
    lines = [Line(row, name, language, place) for name in text_fields(type(row))]
    return [line for line in lines if line.source]


class Known:
    """What the memory knows of some Lines."""

    def __init__(self, lines, language):
        rows = TranslatedText.objects.filter(language=language).order_by("pk")
        sources, texts = ({digest(getattr(line, side)) for line in lines} for side in ("source", "text"))
        self.by_source = {row.source_digest: row for row in rows.filter(source_digest__in=sources)}
        of_texts = list(rows.filter(text_digest__in=texts))
        self.by_text = {row.text_digest: row for row in of_texts}
        self.pairs = {(row.source_digest, row.text_digest) for row in of_texts}

    def state(self, line):
        if not line.text:
            return "missing"
        return "done" if (digest(line.source), digest(line.text)) in self.pairs else "outdated"

    def was(self, line):
        """How the Spanish changed since; nothing if it is not known what was translated."""
        row = self.by_text.get(digest(line.text))
        return marked(row.source, line.source) if row else ()

    def offer(self, line):
        row = self.by_source.get(digest(line.source))
        return row.text if row and row.text != line.text else ""


@transaction.atomic
def translate(*, record, lines, texts, kept, language, by):
    """Writes translations, and what is confirmed as still right into the memory.

    Args:
        record: what the lines are of; a version's author becomes who translates it.
        lines: Lines as they are now, read in the same transaction.
        texts: key of a Line → its new translation; lines that are not named keep theirs.
        kept: keys of Lines whose translation is confirmed.

    Returns:
        The Lines that were written.
    """
    changed = [line for line in lines if texts.get(line.key, line.text) != line.text]
    for line in changed:
        setattr(line.row, line.column, texts[line.key])
        line.row.save(update_fields=[line.column])
    sure = [line for line in lines if line in changed or line.key in kept]
    remember([(line.source, line.text) for line in sure], language, by)
    if changed:
        sign(record, changed, language, by)
    return changed


def sign(record, changed, language, by):
    if isinstance(record, Version):
        record.author = by
        record.save(update_fields=["author"])
        record.writers.add(by)
    with override(settings.LANGUAGE_CODE):
        names = ", ".join(dict.fromkeys(str(line.label) for line in changed))
        message = _("Translated (%(language)s): %(texts)s") % {"language": language, "texts": names}
        LogEntry.objects.log_actions(by.pk, [record], CHANGE, change_message=message)
