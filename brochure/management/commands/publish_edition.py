from django.core.management.base import BaseCommand, CommandError

from brochure.actions import NothingToPrint, compose_edition, publish_edition, unfinished_edition
from brochure.ledger.recording import record_missing
from brochure.models import Edition
from brochure.pdf import PdfUnavailable, RenderFailed
from brochure.rendering import render_edition

TITLES = {
    "title_es": "Guía de trámites y apoyos para emprender en Chihuahua",
    "title_en": "Guide to procedures and supports for starting a business in Chihuahua",
}


class Command(BaseCommand):
    help = "Composes the complete edition of what is published, renders and publishes it. A killed run is finished."

    def add_arguments(self, parser):
        parser.add_argument("--if-none", action="store_true", help="do nothing if an edition is published already")

    def handle(self, *, if_none, **options):
        record_missing(editions=Edition.objects.published())
        if if_none and (newest := Edition.objects.published().first()):
            self.say(f"Edition {newest.number} is published")
            return
        try:
            edition = unfinished_edition() or compose_edition(**TITLES)
            self.say(f"Edition {edition.number}: {edition.items.count()} records, in Spanish and English")
            render_edition(edition=edition, progress=lambda line: self.say(f"  {line}"))
            publish_edition(edition=edition)
        except NothingToPrint:
            raise CommandError(
                "No record is published yet: load the records first (manage.py load_fixtures)."
            ) from None
        except (PdfUnavailable, RenderFailed) as error:
            raise CommandError(str(error)) from None
        self.say(f"Edition {edition.number} is published")

    def say(self, line):
        self.stdout.write(line)
        self.stdout.flush()
