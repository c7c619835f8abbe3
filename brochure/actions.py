"""The life of an edition: composed, rendered (`brochure.rendering`), published, perhaps withdrawn."""

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone, translation

from brochure import pdf
from brochure.contents import edition_contents
from brochure.ledger.recording import record
from brochure.models import Edition, EditionItem, Paper, Rendering
from brochure.printed.actions import keep
from brochure.selection import held, keys_held, selected_items


class NothingToPrint(Exception):
    """No published record fits: an edition would be empty."""


class NotRendered(Exception):
    """Some file of the edition is still missing."""


class DraftChanged(Exception):
    """The draft is no longer what it was when this began, or there is no such draft any more."""


@transaction.atomic
def compose_edition(*, edition=None, picked=(), by=None, **fields):
    """A draft Edition under the next number, holding the versions that are published now, in reading order.

    Args:
        edition: an unsaved one, or else …
        fields: … of an Edition: `title_es`, `title_en`, `kind` and what goes with it, `foreword_es`, `languages` …
        picked: see `selected_items`.

    Raises:
        NothingToPrint: no published record fits.
    """
    edition = edition or Edition(**fields)
    edition.created_by = by
    items = selected_items(edition, picked)
    if not items:
        raise NothingToPrint
    list(Edition.objects.select_for_update()[:1])  # whoever composes at the same moment waits for this number
    edition.number = (Edition.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    edition.save()
    hold(edition, items)
    return edition


@transaction.atomic
def change_edition(*, edition, picked=()):
    """Saves what was changed of a draft and brings what it holds up to date; its files are dropped.

    Args:
        edition: an Edition with its new values.
        picked: as above.

    Raises:
        NothingToPrint: no published record fits.
        DraftChanged: it was published or deleted meanwhile.
    """
    items = selected_items(edition, picked)
    if not items:
        raise NothingToPrint
    edition.revision = locked_draft(edition).revision
    edition.save()
    edition.items.all().delete()
    hold(edition, items)
    drop_files(edition=edition)


def hold(edition, items):
    for position, item in enumerate(items, start=1):
        item.edition, item.position = edition, position
    EditionItem.objects.bulk_create(items)


def is_up_to_date(edition):
    """Whether a draft holds what would go into it if it was composed now."""
    picked = keys_held(edition) if edition.kind == Edition.Kind.PICKED else ()
    return held(edition.items.all()) == held(selected_items(edition, picked))


def unfinished_edition():
    """The draft that a killed command left, if what it holds is still what is published; else None.

    A draft that a person composed is theirs to publish.
    """
    draft = Edition.objects.drafts().filter(created_by=None, kind=Edition.Kind.COMPLETE).first()
    return draft if draft and is_up_to_date(draft) else None


def locked_draft(edition, revision=None):
    """The draft as the database has it, locked until the transaction ends.

    Args:
        revision: the one it must still be; any if None.

    Raises:
        DraftChanged: it is another revision, published or gone.
    """
    draft = Edition.objects.drafts().select_for_update().filter(pk=edition.pk).first()
    if draft is None or revision not in (None, draft.revision):
        raise DraftChanged
    return draft


@transaction.atomic
def drop_files(*, edition):
    """Drops what was rendered of a draft and makes it another revision: whoever is drawing it stops.

    Raises:
        DraftChanged: it was published or deleted meanwhile.
    """
    draft = locked_draft(edition)
    paths = [settings.EDITIONS_DIR / file.path for file in draft.files.all()]
    draft.files.all().delete()
    draft.printings.all().delete()
    Rendering.objects.filter(edition=draft).delete()
    edition.revision, edition.printed_on = draft.revision + 1, None
    Edition.objects.filter(pk=draft.pk).update(revision=edition.revision, printed_on=None)
    transaction.on_commit(lambda: [path.unlink(missing_ok=True) for path in paths])


def edition_html(edition, language, date, paper=Paper.LETTER):
    """What an edition says in one language, laid out for one paper or for screens.

    Of a draft, which is about to be drawn, is kept what it prints of each record.
    """
    with translation.override(language):
        context = edition_contents(edition, date) | {"paper": str(paper)}
        html = pdf.render_html("brochure/edition.html", context, language=language)
    if not edition.published_at:
        chapters = [*context["chapters"], *context["supports"]]
        keep([sheet for chapter in chapters for sheet in chapter.sheets], edition=edition)
    return html


@transaction.atomic
def publish_edition(*, edition, revision=None):
    """Publishes a rendered draft as it is and records the simplification ledger.

    Args:
        revision: the one that was looked at; any if None.

    Returns:
        The published Edition; one that is published already stays as it is.

    Raises:
        NotRendered: a file is missing.
        DraftChanged: it is another revision by now, or deleted.
    """
    if published := Edition.objects.published().filter(pk=edition.pk).first():
        return published
    edition = locked_draft(edition, revision)
    if not edition.is_rendered:
        raise NotRendered
    edition.published_at = timezone.now()
    edition.save(update_fields=["published_at"])
    record(edition=edition)
    return edition


@transaction.atomic
def withdraw_edition(*, edition, reason_es, reason_en, by):
    """Marks a published edition as withdrawn, for good; its page and its files stay.

    Returns:
        Whether it was this call that withdrew it: an edition is withdrawn once.
    """
    edition = Edition.objects.offered().select_for_update().filter(pk=edition.pk).first()
    if edition is None:
        return False
    edition.withdrawn_at, edition.withdrawn_by = timezone.now(), by
    edition.withdrawal_reason_es, edition.withdrawal_reason_en = reason_es, reason_en
    edition.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawal_reason_es", "withdrawal_reason_en"])
    return True
