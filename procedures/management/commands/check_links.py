from django.core.management.base import BaseCommand
from django.utils import timezone

from procedures.links.round import PORTION, check_due, take_up_addresses
from procedures.models import LinkCheck


class Command(BaseCommand):
    help = "Looks at every link of the records that nobody looked at for a day."

    def add_arguments(self, parser):
        parser.add_argument("--all", action="store_true", help="also those that were looked at today")

    def handle(self, *args, **options):
        take_up_addresses()
        if options["all"]:
            LinkCheck.objects.update(checked_at=None)
        begun, count = timezone.now(), 0
        while rows := check_due(begun, PORTION):
            count += len(rows)
            for row in rows:
                self.stdout.write(f"{row.get_result_display()} {row.status or ''} {row.url}")
        dead = LinkCheck.objects.dead().count()
        self.stdout.write(f"{count} looked at, {dead} dead")
