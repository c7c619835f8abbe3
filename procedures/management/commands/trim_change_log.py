import datetime

from django.core.management.base import BaseCommand, CommandError

from procedures.models import TrailLine
from procedures.trail.retention import lines_about, lines_before, lines_by, remove


class Command(BaseCommand):
    help = "Removes lines from the change log, which nobody can do in the admin, and leaves a line that says so."

    def add_arguments(self, parser):
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--before", type=datetime.date.fromisoformat, metavar="YYYY-MM-DD", help="all older lines")
        which.add_argument("--record", metavar="TABLE:KEY", help="all about one record, e.g. procedures.document:12")
        which.add_argument("--person", metavar="USERNAME", help="all by and about one account")
        parser.add_argument("--reason", required=True, help="stays in the log")

    def handle(self, *, before, record, person, reason, **options):
        if before:
            lines, about = lines_before(before), ("procedures.trailline", f"< {before}")
        elif person:
            lines, about = lines_by(person), ("auth.user", "")
        else:
            model, colon, key = record.partition(":")
            if not colon:
                raise CommandError("Name the record as TABLE:KEY, e.g. procedures.document:12.")
            lines, about = lines_about(model, key), (model, key)
        if not lines.exists():
            raise CommandError("The change log has no such lines.")
        count = remove(lines, model=about[0], key=about[1], reason=reason)
        self.stdout.write(f"{count} lines removed, {TrailLine.objects.count()} stay")
