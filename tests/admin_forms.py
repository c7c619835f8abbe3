"""Fills in the admin's forms as a browser would: what the page shows is what is posted back."""

from django import forms
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.test import Client

from procedures.admin.choosing import NamedField, NamedSetField

# What it takes to write drafts.
WRITING = [f"{permission}_{kind}version" for permission in ("change", "view") for kind in ("procedure", "program")]


def make_staff(name, *permissions):
    """A member of the staff with the named permissions, e.g. "change_procedureversion"."""
    user = get_user_model().objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    assert user.user_permissions.count() == len(permissions)
    return user


def signed_in(name, *permissions):
    """The Client of a new member of the staff, `client.user`, with these permissions."""
    client = Client()
    client.user = make_staff(name, *permissions)
    client.force_login(client.user)
    return client


def form_data(response):
    """`{name: value}` of every field on an admin page, those of its inlines included."""
    shown = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        shown += [inline.formset.management_form, *inline.formset.forms]
    values = {field.html_name: sent(field) for form in shown for field in form}
    return {name: value for name, value in values.items() if value is not False}


def sent(field):
    """What a browser sends for the field: keys for several choices, a name where one is written, "on" for a ticked
    box, False for nothing."""
    value = field.value()
    if isinstance(field.field, NamedSetField):
        return [key for key in value or [] if str(key) in field.field.catalogue.labels]  # the ticks, not the boxes
    if isinstance(field.field, forms.ModelMultipleChoiceField):
        return [getattr(item, "pk", item) for item in value or []]
    if value is None:
        return ""
    if isinstance(field.field, NamedField):
        return field.field.catalogue.write(value)
    return "on" if value is True else value
