"""django-tasks-db in the words of the staff: it has no Spanish catalogue."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop
from django_tasks_db.apps import TasksAppConfig

gettext_noop("Task Result")
gettext_noop("Task Results")
gettext_noop("status")
gettext_noop("enqueued at")
gettext_noop("started at")
gettext_noop("finished at")
gettext_noop("args kwargs")
gettext_noop("priority")
gettext_noop("task path")
gettext_noop("worker id")
gettext_noop("queue name")
gettext_noop("backend name")
gettext_noop("run after")
gettext_noop("return value")
gettext_noop("exception class path")
gettext_noop("traceback")


class BackgroundConfig(TasksAppConfig):
    verbose_name = _("Background work")
