"""The staff's manual, as a page of the admin."""

from django.contrib import admin
from django.shortcuts import render
from django.utils.translation import gettext as _


def manual(request):
    return render(request, "admin/manual.html", admin.site.each_context(request) | {"title": _("Staff manual")})
