import logging

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.autoreload import run_with_reloader

from portal.installation import check_set_up
from portal.worker import make_worker, take_up_again, the_clock, the_only_worker


class Command(BaseCommand):
    help = "Runs background tasks, those that a killed worker left half done first, and publishes what is due."

    def handle(self, **options):
        check_set_up()
        logging.getLogger("django_tasks_db").setLevel(logging.ERROR)  # its farewell is no warning
        if settings.DEBUG:
            run_with_reloader(self.work)
        else:
            self.work()

    def work(self):
        worker = make_worker()
        if not settings.DEBUG:  # the reloader has taken the signals
            worker.configure_signals()
        with the_only_worker():
            take_up_again()
            with the_clock():
                worker.run()
