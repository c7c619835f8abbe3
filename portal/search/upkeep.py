"""Keeps the index equal to the records: all at once, or what a transaction touched when it is committed."""

import threading
from collections import Counter, defaultdict

from django.conf import settings
from django.db import connection, transaction
from django.db.models.signals import post_save, pre_delete
from django.utils import translation

from portal.models import SearchEntry, SearchWord
from portal.search.sources import SOURCES
from procedures.signals import version_published, version_retired
from procedures.words import SURFACE, fold, split_with_initials, stem, stems

LANGUAGES = [code for code, _name in settings.LANGUAGES]
# A transaction that touches more records than this (a load, an import) makes the whole index anew.
MANY = 100


@transaction.atomic
def rebuild():
    """Makes the whole index anew from the records; readers see the old one until it is done.

    Returns:
        The number of entries: one per public record and language.
    """
    _let_no_one_else_write()
    SearchEntry.objects.all().delete()
    SearchWord.objects.all().delete()
    entries = [entry for source in SOURCES for entry in _entries(source, source.rows())]
    SearchEntry.objects.bulk_create(entries, batch_size=200)
    _add_words(entries)
    return len(entries)


def index(row):
    """Brings everything that rests on one record up to date: its own entries and those that quote it."""
    _refresh(_touched_by(row))


@transaction.atomic
def _refresh(touched):
    """`touched` holds (kind, key) pairs; a record that is not public, or gone, leaves the index."""
    _let_no_one_else_write()
    keys = defaultdict(set)
    for kind, key in touched:
        keys[kind].add(key)
    entries = []
    for source in SOURCES:
        if wanted := keys[source.kind]:
            SearchEntry.objects.filter(kind=source.kind, key__in=map(str, wanted)).delete()
            entries += _entries(source, source.rows().filter(**{f"{source.key}__in": wanted}))
    SearchEntry.objects.bulk_create(entries)
    _add_words(entries)


def _let_no_one_else_write():
    """Two at once would put the older state of a record over the newer. SQLite's transactions queue by themselves."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE portal_searchentry IN SHARE ROW EXCLUSIVE MODE")


def _entries(source, rows):
    for row in rows:
        with translation.override(settings.LANGUAGE_CODE):
            path = source.address(row)
        for language in LANGUAGES:
            with translation.override(language):
                yield _entry(source, row, path, language)


def _entry(source, row, path, language):
    """An unsaved SearchEntry of the row; `language` is the active one."""
    title = getattr(row, source.title)
    content = source.read(row)
    body = _lines([content.summary, *content.passages])
    names = _lines(
        [
            SearchEntry.Kind(source.kind).label,
            # Forms and counters are in Spanish: whoever reads English still searches what is written on them.
            getattr(row, f"{source.title}_{settings.LANGUAGE_CODE}", ""),
            *content.keywords,
        ]
    )
    title_words, name_words, body_words = map(split_with_initials, (f"{title} {content.code}", names, body))
    return SearchEntry(
        kind=source.kind,
        key=str(getattr(row, source.key)),
        language=language,
        text_language=_language_of(row, source.title, language),
        path=path,
        title=title,
        summary="; ".join(_lines([content.summary]).splitlines()),
        passages=_lines(content.passages),
        level=content.level,
        institution=content.institution,
        title_stems=" ".join(stems(title_words, language)),
        keyword_stems=" ".join(stems(name_words, language)),
        body_stems=" ".join(stems(body_words, language)),
        name_words=" ".join(title_words + name_words),
        body_words=" ".join(body_words),
    )


def _lines(texts):
    """One passage per line, without empty ones and repetitions."""
    lines = (line.strip() for text in texts for line in (text or "").splitlines())
    return "\n".join(dict.fromkeys(line for line in lines if line))


def _language_of(row, title, language):
    """The language that a row's title really is in when it is shown to readers of `language`."""
    if hasattr(row, "language"):
        return row.language
    return language if getattr(row, f"{title}_{language}") else settings.LANGUAGE_CODE


def _add_words(entries):
    """Adds the words of the entries to those that can be proposed; the counts are exact after a rebuild only."""
    counts, shown = Counter(), {}
    for entry in entries:
        counts.update((entry.language, word) for word in f"{entry.name_words} {entry.body_words}".split())
        for surface in SURFACE.findall(f"{entry.title}\n{entry.summary}\n{entry.passages}"):
            word = fold(surface).replace(".", "")
            shown.setdefault((entry.language, word), surface if surface.isupper() else surface.lower())
    SearchWord.objects.bulk_create(
        [
            SearchWord(
                language=language,
                word=word,
                stem=stem(word, language),
                shown=shown.get((language, word), word)[:80],
                count=count,
            )
            for (language, word), count in counts.items()
            if len(word) > 2
        ],
        batch_size=500,
        ignore_conflicts=True,
    )


class _Pending(threading.local):
    """What the open transaction touched, per thread as its connection is.

    What one that was rolled back has left here is indexed once more for nothing.
    """

    def __init__(self):
        self.touched = set()


_pending = _Pending()


def watch():
    """Follows every record that search shows; called once, when the apps are ready."""
    for model in {model for source in SOURCES for model, _way in [(source.model, ""), *source.parts]}:
        post_save.connect(_touch, sender=model, dispatch_uid="search")
        pre_delete.connect(_touch, sender=model, dispatch_uid="search")
    version_published.connect(_touch_version, dispatch_uid="search")
    version_retired.connect(_touch_version, dispatch_uid="search")


def _touch(sender, instance, **kwargs):
    """Notes what rests on a record while it still can be asked; the index follows when the transaction is committed."""
    if len(_pending.touched) <= MANY:
        _pending.touched |= _touched_by(instance)
    # Robust: a fault of the index is logged and cannot make a saved record look unsaved.
    transaction.on_commit(_drain, robust=True)


def _touch_version(sender, version, **kwargs):
    _touch(sender, version)


def _touched_by(row):
    """The (kind, key) pairs of all records whose text the row is, or is a part of."""
    touched = set()
    for source in SOURCES:
        if isinstance(row, source.model):
            touched.add((source.kind, getattr(row, source.key)))
        for model, way in source.parts:
            if isinstance(row, model):
                keys = source.model.objects.filter(**{way: row.pk}).values_list(source.key, flat=True)
                touched |= {(source.kind, key) for key in keys}
    return touched


def _drain():
    touched, _pending.touched = _pending.touched, set()
    if len(touched) > MANY:
        rebuild()
    elif touched:
        _refresh(touched)
