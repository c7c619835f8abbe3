import json
import tempfile
import zipfile
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from procedures.exchange import runs
from procedures.exchange.mapping import Mapping
from procedures.exchange.reading import ExchangeError
from procedures.models import Import, ImportRow
from procedures.trail.acting import acting


class Command(BaseCommand):
    help = "Imports a CSV, XLSX or ZIP file, or a folder of CSV files, all of it or nothing; publishes nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", type=Path, help="JSON file that says what the columns of a foreign file are")
        parser.add_argument("--dry-run", action="store_true", help="only says what would become of each row")
        parser.add_argument("--good-rows", action="store_true", help="leaves refused rows out and imports the others")
        parser.add_argument("--user", default="", help="user name of who answers for it (default: the only superuser)")

    def handle(self, *, file, mapping, dry_run, good_rows, user, **options):
        by = self.find_user(user)
        try:
            run = self.bring(file, by)
            if mapping:
                run.mapping = Mapping.from_json(json.loads(mapping.read_text(encoding="utf-8"))).to_json()
            run.only_good = good_rows
            self.carry(run, dry_run)
        except (OSError, ValueError, ExchangeError, runs.NothingImported) as error:
            raise CommandError(str(error)) from error

    def find_user(self, name):
        users = get_user_model()._default_manager.filter(is_active=True)
        found = list(users.filter(username=name) if name else users.filter(is_superuser=True)[:2])
        if len(found) != 1:
            raise CommandError("Say who answers for the import: --user NAME.")
        return found[0]

    def bring(self, file, by):
        if file.is_dir():
            with tempfile.TemporaryFile() as packed:
                with zipfile.ZipFile(packed, "w") as archive:
                    for part in sorted(file.glob("*.csv")):
                        archive.write(part, part.name)
                packed.seek(0)
                return runs.bring(file=packed, name=f"{file.name}.zip", by=by)
        with file.open("rb") as opened:
            return runs.bring(file=opened, name=file.name, by=by)

    def carry(self, run, dry_run):
        try:
            with acting(run.by):
                run.state = Import.State.CHECKING
                runs.check(run)
                self.report(run)
                if not dry_run:
                    run.state = Import.State.APPLYING
                    run.save()
                    runs.apply(run)
                    self.stdout.write("imported")
        except (ExchangeError, runs.NothingImported) as error:
            runs.end(run, Import.State.FAILED, str(error))
            raise
        if dry_run:
            runs.end(run, Import.State.DISCARDED)

    def report(self, run):
        for row in run.rows.filter(outcome=ImportRow.Outcome.REFUSED).iterator():
            self.stdout.write(f"  {row.sheet} {row.number} {row.key}: {'; '.join(row.reasons)}")
        self.stdout.write(", ".join(f"{count} {outcome.value}" for outcome, _words, count in run.counts))
