"""The quality gate as the staff see it: a readable list on its own page and wherever a version is let go live."""

from typing import NamedTuple

from django import forms
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from procedures.gate.checks import Check, blocking, warning
from procedures.gate.reading import read_checks


class Line(NamedTuple):
    """A Check and where on the version's page it is mended."""

    check: Check
    url: str


class Checklist(NamedTuple):
    """A version's checks by what they do; each a list of Lines."""

    blocks: list
    warns: list
    fine: list

    @property
    def count(self):
        return len(self.blocks) + len(self.warns) + len(self.fine)


class GatedForm(forms.Form):
    """Adds to a form that lets a version go live a conscious tick for what only warns."""

    despite = forms.BooleanField(label=_("I have read what warns and publish it although that is so."), required=False)

    def look_at(self, checklist):
        """Takes the checklist into account; without a warning nothing is asked."""
        self.warns = checklist.warns
        if not self.warns:
            del self.fields["despite"]
        self.order_fields([*(name for name in self.fields if name != "despite"), "despite"])

    def goes_live(self, data):
        return True

    def clean(self):
        data = super().clean()
        if getattr(self, "warns", ()) and self.goes_live(data) and not data.get("despite"):
            self.add_error("despite", _("Read what warns above, then tick here, or go back and mend it."))
        return data


def checklist_of(version, version_url):
    """The Checklist of a version, with links to the places of its page."""
    checks = read_checks(version)
    lines = [Line(check, f"{version_url}#{anchor(version, check)}" if check.field else "") for check in checks]
    stopped, warned = blocking(checks), warning(checks)
    return Checklist(
        blocks=[line for line in lines if line.check in stopped],
        warns=[line for line in lines if line.check in warned],
        fine=[line for line in lines if not line.check.severity],
    )


def anchor(version, check):
    """The id of the field or of the list's heading on the version's page."""
    return f"{check.field}-heading" if check.field in version.CHILDREN else f"id_{check.field}"


def checks_page(model_admin, request, version, context):
    context |= {
        "checklist": checklist_of(version, context["version_url"]),
        "recheck_url": model_admin.url_of("link-checks", version),
    }
    return TemplateResponse(request, "admin/procedures/version_checks.html", context)
