from django.core.management.base import BaseCommand
from django.utils import timezone

from procedures import actions


class Command(BaseCommand):
    help = "Publishes the approved versions whose set time has come; safe to run as often as you like."

    def handle(self, *args, **options):
        published = actions.publish_due(now=timezone.now())
        for version in published:
            self.stdout.write(f"{version.identity.slug}: version {version.number}")
        self.stdout.write(f"{len(published)} published")
