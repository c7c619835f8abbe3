"""What somebody is told when something is refused: what is missing, who can help, and what they had typed."""

from urllib.parse import urlsplit

from django.contrib import admin
from django.http import QueryDict
from django.shortcuts import render
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as plain_csrf_failure

from portal.accounts import roles
from procedures.admin.bilingual import language_labels

# What is never shown or sent again.
SECRET = {"csrfmiddlewaretoken", "password", "password1", "password2", "old_password", "new_password1", "new_password2"}
SECRET |= {"code"}
# Django's buttons and bookkeeping: sent again, not shown as something that was written.
NOT_WRITTEN = ("_", "initial-", "action", "select_across", "index")


def is_admin(request):
    return request.path_info.startswith(reverse("admin:index"))


def forbidden(request, exception):
    """403: in the admin with what is missing and whom to ask; elsewhere the public page."""
    user = getattr(request, "user", None)
    if not (user and is_admin(request)):
        return render(request, "403.html", {"response_status": 403}, status=403)
    needed = _needed(request, exception)
    return _page(
        request,
        "admin/accounts/forbidden.html",
        {
            "title": _("You can't do this"),
            "needed": needed and roles.permission_label(needed),
            # With the permission it is a rule that refuses, the same for everybody.
            "is_rule": bool(needed) and (user.has_perm(needed) or not roles.roles_with(needed)),
            "roles_with": roles.roles_with(needed),
            "my_roles": roles.roles_of(user) if user.is_authenticated else [],
            "administrators": roles.administrators(),
        },
    )


def csrf_failure(request, reason=""):
    """The mark of a form is missing or too old, mostly because somebody signed in again in another tab.

    What was typed is offered to be sent again only if the browser itself says that it came from a page of ours.
    """
    if not is_admin(request):
        return plain_csrf_failure(request, reason)
    return _page(
        request,
        "admin/accounts/send_again.html",
        {"title": _("Please send it again"), "may_resend": _is_ours(request), "why": "mark"},
    )


def session_ended(request):
    """Something was sent without a session, or without the code that belongs to it: nothing of it is lost."""
    context = {"title": _("Your session has ended: what you wrote is here"), "may_resend": True, "why": "session"}
    return _page(request, "admin/accounts/send_again.html", context)


def _page(request, template, context):
    sent = request.POST if request.method == "POST" else QueryDict()
    fields = [(name, value) for name, values in sent.lists() if name not in SECRET for value in values]
    labels = _labels(request)
    context |= {
        "response_status": 403,
        "fields": fields,
        "written": [(labels.get(name, name), text) for name, text in fields if text.strip() and _is_written(name)],
        "files": [file.name for file in request.FILES.values()] if request.method == "POST" else [],
        "address": request.get_full_path(),
    }
    return render(request, template, admin.site.each_context(request) | context, status=403)


def _is_written(name):
    bookkeeping = ("-id", "_FORMS", "-DELETE")
    return not name.startswith(NOT_WRITTEN) and not name.endswith(bookkeeping)


def _is_ours(request):
    """Whether the browser vouches that the form stood on a page of this host."""
    origin = request.META.get("HTTP_ORIGIN") or request.META.get("HTTP_REFERER", "")
    return bool(origin) and urlsplit(origin).netloc == request.get_host()


def _labels(request):
    """`{name of a field: its label}` of the record that the address is about."""
    model, _view = _asked(request)
    if model is None:
        return {}
    plain = {field.name: capfirst(field.verbose_name) for field in model._meta.fields}
    return plain | language_labels(model)


def _needed(request, exception):
    """The permission that was missing, "app.codename": what the view said, or what the address lets conclude; or ""."""
    if exception.args and isinstance(exception.args[0], str) and exception.args[0].count(".") == 1:
        return exception.args[0]
    model, view = _asked(request)
    if model is None:
        return ""
    action = {"changelist": "view", "history": "view", "password_change": "change"}.get(view, view)
    if action == "change" and request.method != "POST":
        action = "view"
    return f"{model._meta.app_label}.{action}_{model._meta.model_name}"


def _asked(request):
    """(model, name of its view) of an address of the admin, or (None, "")."""
    try:
        name = resolve(request.path_info).url_name or ""
    except Resolver404:
        name = ""
    for model in admin.site._registry:
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        if name.startswith(prefix):
            return model, name.removeprefix(prefix)
    return None, ""
