"""The rows of the admin's forms are those that Django's own template draws."""

from pathlib import Path

import pytest
from django import template
from django.contrib import admin
from django.test.html import parse_html
from django.urls import reverse

from procedures import actions
from procedures.models import ProcedureVersion, ProgramVersion
from tests.admin_forms import form_data
from tests.factories import make_procedure

DJANGOS = Path(admin.__file__).parent / "templates/admin/includes/fieldset.html"
PAGES = {
    "a published version": lambda: ("procedureversion", ProcedureVersion.objects.published().first().pk),
    "a published program": lambda: ("programversion", ProgramVersion.objects.published().first().pk),
    "a new program": lambda: ("programversion", None),
    "an office": lambda: ("office", 1),
    "a question": lambda: ("question", 1),
    "a law": lambda: ("legalinstrument", 1),
    "a situation": lambda: ("situation", 1),
}


def fieldsets(response):
    """Each Fieldset of an admin page, those of its inlines' rows included."""
    yield from response.context["adminform"]
    for inline in response.context["inline_admin_formsets"]:
        for form in inline:
            yield from form


def both_ways(response):
    """(how often both templates draw the same, how many fieldsets there are)"""
    engine = template.Engine.get_default()
    ours, djangos = engine.get_template("admin/includes/fieldset.html"), engine.from_string(DJANGOS.read_text())
    names = {"prefix": "p", "id_prefix": 0, "id_suffix": 1}
    drawn = [
        [parse_html(each.render(template.Context(names | {"fieldset": fieldset}))) for each in (ours, djangos)]
        for fieldset in fieldsets(response)
    ]
    return sum(mine == theirs for mine, theirs in drawn), len(drawn)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_page_is_drawn_as_django_draws_it(name, prefix, admin_client):
    model, key = PAGES[name]()
    view, args = ("change", [key]) if key else ("add", [])
    response = admin_client.get(prefix + reverse(f"admin:procedures_{model}_{view}", args=args))
    same, total = both_ways(response)
    assert same == total > 0


def test_a_draft_and_its_errors_are_drawn_as_django_draws_them(admin_client, admin_user):
    draft = actions.start_version(of=make_procedure(requirements=2, fees=2, steps=1, citations=1), author=admin_user)
    address = reverse("admin:procedures_procedureversion_change", args=[draft.pk])
    opened = admin_client.get(address)
    wrong = {
        "name_es": "",
        "verified_on": "ayer",
        "response_value": "<b>",
        "purpose_es": "</textarea><b>&",
        "source_addresses": "nada",
        "results-more": ["nada"],
        "requirements-0-document": "<nada>",
        "requirements-1-originals": "x",
        "fees-0-kind": "free",
    }
    refused = admin_client.post(address, form_data(opened) | {"edit_base": opened.context["edit_base"]} | wrong)
    assert "errornote" in refused.content.decode()
    for response in (opened, refused):
        same, total = both_ways(response)
        assert same == total
        assert total > 20
