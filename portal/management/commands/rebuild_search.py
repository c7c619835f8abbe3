from django.core.management.base import BaseCommand

from portal import search


class Command(BaseCommand):
    help = "Makes the search index anew from the records."

    def handle(self, *args, **options):
        self.stdout.write(f"Search: {search.rebuild()} entries")
