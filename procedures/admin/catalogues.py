"""What the records of a table are called: from a record to its name and from a name that was typed to the record.

Read with one query for all the boxes and rows of a page (two for procedures), however many records there are.
"""

from collections import Counter
from functools import cached_property
from itertools import islice

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from modeltranslation.utils import build_localized_fieldname

from procedures.words import fold, split

SHORT = 50  # records: as many can be looked through; more have to be searched
SIMILAR = 5  # names shown to somebody who wrote none of them
# What was typed and is nobody's name, among the keys of records: no key begins with it, a name of digits is no key.
UNKNOWN = "?"


class Catalogue:
    """The records of one table by their names in the active language.

    Args:
        kind: "document", "institution", …
        rows: (key, slug, name in each language of the settings, if any) of each, in the order of the list.
    """

    def __init__(self, kind, rows):
        self.list_id = f"names-{kind}"
        self._rows = [(str(key), *texts) for key, *texts in rows]
        codes = [code for code, _name in settings.LANGUAGES]
        spoken = codes.index(get_language()) if get_language() in codes else 0
        called = [(key, slug, tidy(names[spoken] or names[0] or slug)) for key, slug, *names in self._rows]
        times = Counter(name for _key, _slug, name in called)
        # Two of one name are told apart by their slugs. A name that ends like that gets its own, so that all differ.
        self.labels = {
            key: f"{name} [{slug}]" if times[name] > 1 or name.endswith("]") else name for key, slug, name in called
        }

    def __len__(self):
        return len(self.labels)

    @property
    def is_short(self):
        return len(self) <= SHORT

    @cached_property
    def choices(self):
        return list(self.labels.items())

    @property
    def options(self):
        """The names for a `<datalist>`: thousands, so all are escaped at once, before there is a tag between them."""
        return mark_safe(  # noqa: S308 – see above
            '<option value="{}">'.format(escape("\n".join(self.labels.values())).replace("\n", '"><option value="'))
        )

    @cached_property
    def _keys(self):
        return {label: key for key, label in self.labels.items()}

    @cached_property
    def _folded(self):
        """Whatever a record is called, in any language and without regard to accents → keys."""
        found = {}
        for key, *texts in self._rows:
            for name in {fold(tidy(text)) for text in (self.labels[key], *texts) if text}:
                found.setdefault(name, []).append(key)
        return found

    def read(self, typed):
        """The key of the only record that is called so, or the text with the mark of the unknown; empty for nothing."""
        text = tidy(typed or "")
        found = [self._keys[text]] if text in self._keys else self._folded.get(fold(text), [])
        return found[0] if len(found) == 1 else text and f"{UNKNOWN}{text}"

    def write(self, value):
        """What stands in the box for a key or an unknown text."""
        text = "" if value is None else str(value)
        return self.labels.get(text, text.removeprefix(UNKNOWN))

    def similar(self, text):
        """The labels that have all words of the text; one more than are shown, if there are more."""
        words = split(text)
        if not words:
            return []
        found = (label for label in self.labels.values() if all(word in fold(label) for word in words))
        return list(islice(found, SIMILAR + 1))


def catalogue_of(model, request):
    """The Catalogue of a model's records, or None if they have no name to search for. Read once in a request."""
    read = request.__dict__.setdefault("catalogues", {})
    if model not in read:
        rows = rows_of(model)
        read[model] = Catalogue(model._meta.model_name, rows) if rows else None
    return read[model]


def shown_by_name(request):
    """The catalogues too long for lists, of those that this request's page asked for: their names go into the page."""
    return [each for each in getattr(request, "catalogues", {}).values() if each and not each.is_short]


def rows_of(model):
    """The rows of a Catalogue, or None. Of versions, those that are published can be chosen.

    `rewrite(False)`: the columns are named with their language, and thousands of rows are read faster as they are.
    """
    if has(model, "slug") and has(model, "name_es"):
        return list(model.objects.rewrite(False).values_list("pk", "slug", *name_columns()))
    if has(model, "slug") and has(model, "versions"):
        return sorted(rows_by_version(model), key=lambda row: (row[2], row[1]))
    if hasattr(model, "IDENTITY"):
        published = model.objects.rewrite(False).published().order_by("name_es", "pk")
        return list(published.values_list("pk", f"{model.IDENTITY}__slug", *name_columns()))
    return None


def rows_by_version(identities):
    """A procedure itself has no name: people know it by that of its last public version."""
    versions = identities._meta.get_field("versions").related_model
    public = versions.objects.rewrite(False).public().order_by("number")
    names = {identity: rest for identity, *rest in public.values_list(versions.IDENTITY, *name_columns())}
    nameless = [""] * len(settings.LANGUAGES)
    for key, slug in identities.objects.order_by().values_list("pk", "slug"):
        yield key, slug, *names.get(key, nameless)


def tidy(text):
    """Without line breaks, which a box would swallow, and double spaces."""
    return " ".join(text.split())


def name_columns():
    return [build_localized_fieldname("name", code) for code, _name in settings.LANGUAGES]


def has(model, name):
    try:
        return bool(model._meta.get_field(name))
    except FieldDoesNotExist:
        return False
