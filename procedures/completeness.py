"""How complete every published ficha is, as a table for spreadsheets and as data for programs."""

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from procedures.gaps import completeness
from procedures.models import ProcedureVersion, ProfileField, ProgramVersion
from procedures.spreadsheet import csv_bytes

KINDS = {"tramites": "procedure", "apoyos": "program"}


@require_safe
def completeness_csv(request, records):
    """One row per published ficha, one column per datum that the profile in use demands: 1 told, 0 not."""
    _fields, rows = measured(KINDS[records])
    header = [
        _("Record"),
        _("Name"),
        _("Address"),
        _("Version"),
        _("Data told"),
        _("Data demanded"),
        _("Assurance"),
        *(str(datum.words) for _code, datum in demanded(rows)),
    ]
    table = [
        [
            version.identity.slug,
            version.name,
            address(version),
            version.number,
            len(complete.known),
            complete.demanded,
            version.get_assurance_display(),
            *(int(datum in complete.known) for datum in demanded(rows)),
        ]
        for version, complete in rows
    ]
    response = HttpResponse(csv_bytes(header, table), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="completitud-{records}.csv"'
    return public(response)


@require_safe
def completeness_json(request, records):
    """The same with the profile it is measured by: its source, its version and how sure we are of it."""
    fields, rows = measured(KINDS[records])
    data = {
        "profile": profile_data(fields) if fields else None,
        "records": [
            {
                "slug": version.identity.slug,
                "name": version.name,
                "url": address(version),
                "version": version.number,
                "assurance": version.assurance,
                "told": [code for code, _datum in complete.known],
                "missing": [code for code, _datum in complete.missing],
            }
            for version, complete in rows
        ],
    }
    return public(JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1}))


def measured(kind):
    """The fields of the profile in use and [(version, Completeness)] of all published ones, in catalogue order."""
    fields = list(ProfileField.objects.in_use_for(kind))
    if kind == "procedure":
        versions = ProcedureVersion.objects.published().for_completeness()
    else:
        versions = ProgramVersion.objects.published().for_completeness(timezone.localdate())
    pairs = ((version, completeness(version, fields)) for version in versions)
    return fields, [(version, complete) for version, complete in pairs if complete]


def demanded(rows):
    """[(code, Datum)] in the order of the profile."""
    if not rows:
        return []
    _version, complete = rows[0]
    return complete.data


def profile_data(fields):
    profile = fields[0].profile
    return {
        "name": profile.name,
        "version": profile.version,
        "source": profile.source_title,
        "source_url": profile.source_url,
        "assurance": profile.assurance,
        "note": profile.note,
        "data": [{"code": row.datum, "severity": row.severity, "article": row.article} for row in fields],
    }


def address(version):
    return f"{settings.PORTAL_URL}{version.get_absolute_url()}"


def public(response):
    patch_cache_control(response, public=True)
    return response
