from django.core.management.base import BaseCommand

from portal.bench import admin, brochure, imports, pages, plans

SECTIONS = {
    "pages": pages.run,
    "plans": plans.run,
    "admin": admin.run,
    "imports": imports.run,
    "brochure": brochure.run,
}


class Command(BaseCommand):
    help = "Measures the portal, on databases of its own: nothing of the real one is read or changed."

    def add_arguments(self, parser):
        parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"of {', '.join(SECTIONS)} (default: all)")
        parser.add_argument("--rounds", type=int, default=30, help="how often each thing is measured (default: 30)")

        parser.add_argument("--size", type=int, default=3_000, help="procedures made up for it (default: 3000)")

    def handle(self, *, sections, rounds, size, **options):
        for name in sections or SECTIONS:
            if name not in SECTIONS:
                self.stderr.write(f"There is nothing called “{name}” to measure: {', '.join(SECTIONS)}")
                raise SystemExit(2)
            SECTIONS[name](self.stdout.write, rounds, size)
            self.stdout.write("")
