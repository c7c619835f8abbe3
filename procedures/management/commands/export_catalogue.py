from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from procedures.exchange import writing
from procedures.exchange.reading import ExchangeError
from procedures.exchange.tables import file_names


class Command(BaseCommand):
    help = "Writes every table of the catalogue into a folder: CSV files, or one Excel workbook."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument("--xlsx", action="store_true", help="one workbook, portal.xlsx, instead of CSV files")

    def handle(self, *, folder, xlsx, **options):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if xlsx:
                with (folder / "portal.xlsx").open("wb") as file:
                    writing.write_xlsx(file_names(), file)
                return
            for name in file_names():
                with (folder / f"{name}.csv").open("wb") as file:
                    writing.write_csv(name, file)
        except (OSError, ExchangeError) as error:
            raise CommandError(str(error)) from error
