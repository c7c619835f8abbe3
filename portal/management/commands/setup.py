import hashlib
import secrets

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from portal import search
from portal.accounts.roles import ROLES, write_roles
from portal.installation import check_database, check_pdf_library, unapplied_migrations


class Command(BaseCommand):
    help = "Prepares the portal: tables, records, brochure, search, files, administrator. Adds only what is missing."
    requires_system_checks = []

    def handle(self, **options):
        check_pdf_library()
        check_database()
        self.migrate()
        write_roles()
        self.say(f"Roles: {', '.join(ROLES)}")
        self.load_records()
        self.render_first_edition()
        self.say(f"Search: {search.rebuild()} entries")
        self.collect_static_files()
        self.create_first_administrator()

    def say(self, line, **options):
        self.stdout.write(line, **options)
        self.stdout.flush()

    def migrate(self):
        missing = unapplied_migrations()
        self.say(f"Database: {connection.vendor}, {connection.settings_dict['NAME']}")
        if missing:
            self.say(f"  {missing} migrations …", ending="")
            call_command("migrate", verbosity=0, interactive=False)
            self.say(" applied")

    def load_records(self):
        self.say("Records:")
        call_command("load_fixtures", stdout=self.stdout)

    def render_first_edition(self):
        call_command("publish_edition", if_none=True, stdout=self.stdout)

    def collect_static_files(self):
        """Compressing them takes longer than all the rest of a second run: only when one of them has changed."""
        record = settings.STATIC_ROOT / "collected.txt"
        fingerprint = fingerprint_of_static_files()
        if record.exists() and record.read_text() == fingerprint:
            self.say("Static files: there")
        else:
            self.say("Static files: compressing …", ending="")
            call_command("collectstatic", verbosity=0, interactive=False)
            record.write_text(fingerprint)
            self.say(" done")

    def create_first_administrator(self):
        users = get_user_model().objects
        if users.filter(is_superuser=True).exists():
            self.say("Administrator: there")
        elif users.filter(username="admin").exists():
            self.say("Administrator: none; make one with manage.py createsuperuser, for “admin” is taken")
        else:
            password = secrets.token_urlsafe(12)
            users.create_superuser("admin", password=password)
            self.say(f"Administrator: user name admin, password {password} (shown this once)")


def fingerprint_of_static_files():
    """A text that is another one as soon as any static file, or the way they are kept, is another one."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            digest.update(f"{path} {storage.size(path)} {storage.get_modified_time(path)}".encode())
    return digest.hexdigest()
