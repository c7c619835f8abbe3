"""Which text is a translation of which: learned whenever somebody writes or confirms one."""

from hashlib import md5

from django.conf import settings

from procedures.models import TranslatedText
from procedures.translations.tables import target_languages, text_fields


def digest(text):
    """What the databases' own MD5 function gives."""
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def remember(pairs, language, by=None):
    """Keeps `(Spanish, translation)` pairs, but for those that are known already and those with an empty side."""
    rows = [
        TranslatedText(
            language=language,
            source=source,
            text=text,
            source_digest=digest(source),
            text_digest=digest(text),
            made_by=by,
        )
        for source, text in dict.fromkeys(pairs)
        if source and text
    ]
    TranslatedText.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)


def remember_forms(forms, by):
    """Keeps what was written in a language other than Spanish in some saved model forms.

    A Spanish text that changed alone is not kept beside its translation: that is then out of date.
    """
    for language in target_languages():
        pairs = [
            (getattr(form.instance, f"{name}_{settings.LANGUAGE_CODE}"), getattr(form.instance, f"{name}_{language}"))
            for form in forms
            for name in text_fields(type(form.instance))
            if f"{name}_{language}" in form.changed_data
        ]
        remember(pairs, language, by)


def remember_records(records):
    """Keeps all texts of fixture records: wherever a value is `{"es": …, "en": …}`, or holds lists of lines."""
    values = [value for record in records for value in translated_values(record)]
    for language in target_languages():
        remember([(as_text(value, settings.LANGUAGE_CODE), as_text(value, language)) for value in values], language)


def translated_values(data):
    """All bilingual values in a fixture record, however deep; a list of them is one text of several lines."""
    if isinstance(data, dict) and settings.LANGUAGE_CODE in data:
        yield [data]
    elif isinstance(data, dict):
        for value in data.values():
            yield from translated_values(value)
    elif isinstance(data, list):
        if data and all(isinstance(item, dict) and settings.LANGUAGE_CODE in item for item in data):
            yield data
        else:
            for item in data:
                yield from translated_values(item)


def as_text(values, language):
    lines = []
    for value in values:
        text = value.get(language) or ""
        lines += text if isinstance(text, list) else [text]
    return "\n".join(lines)
