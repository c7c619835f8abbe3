"""What is drawn without templates is what Django's templates draw."""

import pytest
from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorList
from django.test.html import parse_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy, override

from portal.form_rendering import DRAWN, Renderer
from procedures.models import Fee

AWKWARD = [
    "Acta constitutiva",
    "<b>\"Comillas\"</b> & 'apóstrofes'",
    "</textarea></select><script>",
    "  dos  espacios\ny un renglón",
    "",
    None,
    1234567,
    12.5,
    mark_safe("<i>ya &amp; segura</i>"),
    gettext_lazy("Yes"),
]
CHOICES = [
    ("", "- <nada> -"),
    (1234, "Uno & 'medio'"),
    ("<2>", 2345),
    ("Grupo <b>", [(3, "Tres"), ("c&d", mark_safe("<em>cuatro</em>"))]),
]
ATTRS = [{}, {"id": "id_x", "class": 'a "b"', "required": True, "disabled": False, "max": 5000, "data-<x>": "&"}]
WIDGETS = [
    forms.CheckboxInput(),
    forms.DateInput(attrs={"type": "date"}),
    forms.EmailInput(),
    forms.HiddenInput(),
    forms.NumberInput(),
    forms.PasswordInput(render_value=True),
    forms.SearchInput(),
    forms.TelInput(),
    forms.TextInput(),
    forms.TimeInput(),
    forms.URLInput(),
    forms.Textarea(),
]
CHOOSING = [forms.Select, forms.SelectMultiple, forms.CheckboxSelectMultiple, forms.RadioSelect]


def same(draw):
    """Whether both renderers draw the same, and that it is something."""
    ours, djangos = draw(Renderer()), draw(TemplatesSetting())
    return parse_html(ours) == parse_html(djangos)


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
def test_a_box_is_drawn_as_django_draws_it(widget):
    assert widget.template_name in DRAWN
    for value in AWKWARD:
        for attrs in ATTRS:
            assert same(lambda renderer: widget.render('<n"a>', value, attrs, renderer)), (value, attrs)  # noqa: B023


@pytest.mark.parametrize("kind", CHOOSING)
@pytest.mark.parametrize("chosen", [None, "", 1234, "<2>", [3, "c&d"], "nobody's"])
def test_choices_are_drawn_as_django_draws_them(kind, chosen):
    widget = kind(choices=CHOICES)
    assert widget.template_name in DRAWN
    for attrs in ATTRS:
        assert same(lambda renderer: widget.render("x", chosen, attrs, renderer)), attrs  # noqa: B023


@pytest.mark.parametrize("language", ["es", "en"])
def test_numbers_are_written_in_the_language_of_the_page(language, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    widget = forms.Select(choices=[(1234, 1234), (2, 1.5)])
    with override(language):
        assert same(lambda renderer: widget.render("x", 1234, {"id": "x", "size": 1234}, renderer))


@pytest.mark.parametrize("attrs", [None, {"class": "required"}])
@pytest.mark.parametrize("label", [text for text in AWKWARD if text and not isinstance(text, (int, float))])
def test_a_label_is_drawn_as_django_draws_it(label, attrs):
    class Form(forms.Form):
        name = forms.CharField(label=label, help_text="Ayuda")

    def draw(renderer):
        bound = Form(renderer=renderer)["name"]
        return bound.label_tag(attrs=attrs) + bound.legend_tag() + bound.label_tag(label_suffix="?")

    assert same(draw)


@pytest.mark.parametrize("key", [None, "id_x"])
@pytest.mark.parametrize("messages", [[], ["Falta."], ["<b>&", ValidationError("Con %(n)d", params={"n": 3}), "dos"]])
def test_errors_are_drawn_as_django_draws_them(messages, key):
    def draw(renderer):
        errors = ErrorList(messages, error_class="nonfield", renderer=renderer, field_id=key)
        return errors.as_ul() + str(errors)

    assert same(draw)


@pytest.mark.parametrize("may", [{}, {"can_add_related": True}, {"can_change_related": True}])
def test_the_frame_of_a_choice_in_the_admin_is_drawn_as_django_draws_it(may):
    relation = Fee._meta.get_field("instrument").remote_field
    chosen = forms.Select(choices=CHOICES)
    widget = RelatedFieldWidgetWrapper(chosen, relation, admin.site, **({"can_add_related": False} | may))
    assert same(lambda renderer: widget.render("x", 1234, {"id": "id_x"}, renderer))


def test_everything_that_is_drawn_is_compared():
    drawn = {widget.template_name for widget in WIDGETS} | {kind.template_name for kind in CHOOSING}
    others = {"django/forms/label.html", ErrorList.template_name, ErrorList.template_name_ul}
    assert drawn | others | {RelatedFieldWidgetWrapper.template_name} == set(DRAWN)
