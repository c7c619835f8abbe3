import polib
from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Compiles the message catalogues. Takes the place of Django's own, which needs gettext's msgfmt."
    requires_system_checks = []

    def handle(self, **options):
        for folder in settings.LOCALE_PATHS:
            for path in sorted(folder.glob("*/LC_MESSAGES/*.po")):
                catalogue = polib.pofile(path)
                catalogue.save_as_mofile(path.with_suffix(".mo"))
                self.stdout.write(f"Messages: {len(catalogue.translated_entries())} in {path.parts[-3]}")
