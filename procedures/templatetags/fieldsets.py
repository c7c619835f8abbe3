"""The rows of the admin's forms: the same HTML as Django's admin/includes/fieldset.html, drawn from Python.

A draft has hundreds of fields, and for each Django's template asks some thirty questions. What else a fieldset has
stays in the template. tests/test_fieldsets.py holds that both say the same.
"""

from django.template import Library
from django.utils.html import conditional_escape
from django.utils.safestring import mark_safe

register = Library()


@register.simple_tag
def fieldset_rows(fieldset):
    """All rows of a `django.contrib.admin.helpers.Fieldset`."""
    return mark_safe("\n".join(map(row, fieldset)))  # noqa: S308 – what has been typed is escaped below


def row(line):
    fields = list(line)
    is_single = len(line.fields) == 1
    errors = line.errors() if is_single else ""
    kind = "form-row"
    kind += "" if is_single else " flex-container form-multiline"
    kind += "" if line.has_visible_field else " hidden"
    kind += "".join(map(of_field, fields))
    cells = "\n".join(cell(field, is_single=is_single, errors=errors) for field in fields)
    return f'<div class="{kind}">{cells}</div>'


def cell(field, *, is_single, errors):
    """A field with its label, help and errors; `errors` are those of its row, shown by the only field in it."""
    if not is_single and not field.is_readonly:
        errors = field.errors()
    is_group = getattr(field, "is_fieldset", False)
    label = field.label_tag()
    kind = "flex-container"
    kind += " errors" if errors else ""
    kind += "" if is_single else f" fieldBox{of_field(field)}{hidden(field)}"
    kind += " checkbox-row" if field.is_checkbox else ""
    lead = "" if is_group else label
    if field.is_checkbox:
        inside = f'<div class="checkbox">{field.field}{lead}</div>{help_of(field)}{errors}'
    else:
        inside = f"{lead}{help_of(field)}{errors}{control(field)}"
    drawn = f'<div class="{kind}">{inside}</div>'
    return f"<fieldset{described(field)}>{label}{drawn}</fieldset>" if is_group else drawn


def control(field):
    if field.is_readonly:
        return f'<div class="readonly">{conditional_escape(field.contents())}</div>'
    return str(field.field)


def help_of(field):
    """The help text comes from code, and may hold tags."""
    text, key = said(field, "help_text"), said(field, "id_for_label")
    mark = f' id="{conditional_escape(key)}_helptext"' if key else ""
    return f'<div class="help{hidden(field)}"{mark}><div>{text}</div></div>' if text else ""


def described(field):
    key = conditional_escape(said(field, "id_for_label"))
    return f' aria-describedby="{key}_helptext"' if said(field, "help_text") else ""


def of_field(field):
    name = said(field, "name")
    return f" field-{conditional_escape(name)}" if name else ""


def hidden(field):
    return " hidden" if said(field, "is_hidden") else ""


def said(field, name):
    """What the field says of itself: one that is only read is a dictionary."""
    return field.field.get(name, "") if field.is_readonly else getattr(field.field, name)
