"""A new password by mail: written by the background worker, so that the page takes as long for a name nobody has."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.tasks import task
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _
from django_tasks_db.models import DBTaskResult

NOBODY = 0
# Mails to one person within AN_HOUR: more would only be a nuisance.
MOST_MAILS = 5
AN_HOUR = timedelta(hours=1)


def ask_for_link(email, language):
    """Has a mail sent to whoever has this address; does the same where nobody has it."""
    people = get_user_model().objects.filter(email__iexact=email, is_active=True, is_staff=True)
    for pk in people.values_list("pk", flat=True) or [NOBODY]:
        asked = DBTaskResult.objects.filter(
            task_path=send_link.module_path, enqueued_at__gt=timezone.now() - AN_HOUR, args_kwargs__args__0=pk
        )
        if asked.count() < MOST_MAILS:
            send_link.enqueue(pk, language)


@task
def send_link(pk, language):
    """Sends the mail in the language of the page on which it was asked for."""
    user = get_user_model().objects.filter(pk=pk, is_active=True).first()
    if user is None:
        return
    with translation.override(language):
        path = reverse(
            "admin:password_reset_confirm",
            args=[urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)],
        )
        context = {
            "user": user,
            "link": f"{settings.PORTAL_URL}{path}",
            "portal": settings.PORTAL_URL,
            "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
        }
        text = render_to_string("admin/accounts/password_mail.txt", context)
        send_mail(_("A new password for the business portal"), text, None, [user.email])
