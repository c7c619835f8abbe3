from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from engagement.loading import load_commitment
from procedures.loading import FixtureError, load_catalogue


class Command(BaseCommand):
    help = "Loads the real records that were never loaded; what is there, staff's edits included, stays as it is."

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", default=settings.BASE_DIR / "fixtures")

    def handle(self, *args, folder, **options):
        try:
            loaders = [load_catalogue(folder, self.report), load_commitment(folder, self.report)]
        except FixtureError as error:
            raise CommandError(f"Nothing was loaded: {error}") from error
        kept = sum(loader.kept.total() for loader in loaders)
        if kept:
            self.stdout.write(f"  {kept} records were loaded before: nothing that staff have edited was changed")

    def report(self, name, loader):
        if created := loader.created[name]:
            self.stdout.write(f"  {name.replace('_', ' ')}: {created} created")
