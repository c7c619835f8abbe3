import re
from pathlib import Path

import polib
from django.core.management.base import CommandError
from django.core.management.commands import makemessages

PLACEHOLDER = re.compile(r"%\(\w+\)\w|%\w|\{\w*\}")


def identity(entry):
    return entry.msgctxt, entry.msgid, entry.msgid_plural


def problems(template, catalogue):
    """Yields a line for each message that `catalogue` lacks, has untranslated or fuzzy, or that `template` has no more.

    Both are sequences of polib entries: of the sources, and of the translation that is kept.
    """
    in_use = {identity(entry) for entry in template}
    kept = {identity(entry) for entry in catalogue}
    for _, msgid, _ in sorted(in_use - kept, key=str):
        yield f"not in the catalogue: {msgid!r}"
    for _, msgid, _ in sorted(kept - in_use, key=str):
        yield f"in the catalogue, but in no source: {msgid!r}"
    for entry in catalogue:
        if entry.fuzzy:
            yield f"fuzzy: {entry.msgid!r}"
        elif not entry.translated():
            yield f"untranslated: {entry.msgid!r}"
        elif unknown := placeholders(*translations(entry)) - placeholders(entry.msgid, entry.msgid_plural):
            yield f"placeholders that the message does not have, {', '.join(sorted(unknown))}: {entry.msgid!r}"


def translations(entry):
    return list(entry.msgstr_plural.values()) or [entry.msgstr]


def placeholders(*texts):
    return {name for text in texts for name in PLACEHOLDER.findall(text.replace("%%", ""))}


class Command(makemessages.Command):
    help = "Collects the interface's messages into locale/. With --check it writes nothing and says what is amiss."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--check", action="store_true", help="Fail unless the catalogue is whole and up to date.")
        parser.set_defaults(
            locale=["es"], ignore_patterns=["tests", "var"], no_obsolete=True, no_wrap=True, add_location="file"
        )

    def handle(self, *args, check, **options):
        self.check_only = check
        self.found = []
        super().handle(*args, **options)
        if self.found:
            raise CommandError("\n  ".join([f"{len(self.found)} messages need work:", *self.found]))

    def write_po_file(self, potfile, locale):
        path = Path(potfile).parent / locale / "LC_MESSAGES" / f"{self.domain}.po"
        if self.check_only:
            catalogue = [entry for entry in polib.pofile(path) if not entry.obsolete]
            self.found += problems(polib.pofile(potfile), catalogue)
        else:
            super().write_po_file(potfile, locale)
            self.forget_date(path)

    def forget_date(self, path):
        """Without the date of the collection a catalogue changes only when a message does."""
        catalogue = polib.pofile(path, wrapwidth=0)
        catalogue.metadata.pop("POT-Creation-Date", None)
        catalogue.save()
