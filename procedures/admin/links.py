"""Secret links to a draft: made for somebody without an account, seen by all who work on it, revoked at any time."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from procedures import actions
from procedures.actions import IllegalMove
from procedures.admin.moves import has
from procedures.admin.reviewing import page_context, version_and_siblings
from procedures.preview import link_path

DAYS = [(days, ngettext_lazy("%(n)d day", "%(n)d days", "n") % {"n": days}) for days in (1, 3, 7, 14, 30)]


class LinkForm(forms.Form):
    label = forms.CharField(
        label=gettext_lazy("For whom"),
        help_text=gettext_lazy("For example: legal department. Only the staff see it."),
        max_length=120,
        required=False,
    )
    days = forms.TypedChoiceField(label=gettext_lazy("It works for"), choices=DAYS, coerce=int, initial=7)


def links_view(model_admin, request, pk):
    """The links of a version; makes one, or revokes the one whose number was sent."""
    version, _versions = version_and_siblings(model_admin, request, pk)
    if not any(has(request.user, permission, version) for permission in ("change", "review", "publish")):
        raise PermissionDenied(f"procedures.change_{model_admin.opts.model_name}")
    is_sent = request.method == "POST"
    if is_sent and "revoke" in request.POST:
        return revoke(model_admin, request, version)
    form = LinkForm(request.POST if is_sent else None)
    if form.is_valid():
        return make(model_admin, request, version, form.cleaned_data)
    now = timezone.now()
    links = list(version.previewlinks.select_related("created_by"))
    for link in links:
        # Whatever it belongs to is this version: no query for each.
        setattr(link, version._meta.get_field("previewlinks").field.name, version)
    context = page_context(model_admin, request, version, _("Secret links")) | {
        "form": form,
        "links": [(link, addresses(request, link)) for link in links if link.is_valid_on(now)],
        "ended": [link for link in links if not link.is_valid_on(now)],
    }
    response = TemplateResponse(request, "admin/procedures/version_links.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def addresses(request, link):
    """The whole address in each language, to be copied."""
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.append((language, request.build_absolute_uri(link_path(link))))
    return found


def make(model_admin, request, version, asked):
    try:
        actions.make_preview_link(version=version, by=request.user, **asked)
    except IllegalMove as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("This is the link: whoever has it sees the draft, without an account."))
    return HttpResponseRedirect(model_admin.url_of("links", version))


def revoke(model_admin, request, version):
    pk = request.POST["revoke"]
    link = get_object_or_404(version.previewlinks, pk=pk if pk.isdecimal() and len(pk) < 19 else 0)
    actions.revoke_preview_link(link=link, by=request.user)
    messages.success(request, _("Revoked: the link opens nothing any more."))
    return HttpResponseRedirect(model_admin.url_of("links", version))
