"""Draws the plain parts of forms without templates: the same HTML as Django's, in a fraction of the time.

A page of the admin has hundreds of boxes and as many choices and labels. Django reads a template for each, and up to
three more inside it. What is not drawn here, Django draws. tests/test_form_rendering.py holds that both say the same.
"""

from html import escape

from django.forms.renderers import TemplatesSetting
from django.utils.formats import localize


class Renderer(TemplatesSetting):
    def render(self, template_name, context, request=None):
        draw = DRAWN.get(template_name)
        drawn = draw(context) if draw else None
        return super().render(template_name, context, request) if drawn is None else drawn


# Every value goes through one of these two, as it does in a template.


def written(value):
    """The value as `{{ value }}` writes it."""
    return raw(localize(value))


def raw(value):
    """The value as `{{ value|stringformat:"s" }}` writes it: numbers without separators."""
    text = value if isinstance(value, str) else str(value)
    return text if hasattr(text, "__html__") else escape(text)


def attributes(attrs):
    return "".join(
        f" {written(name)}" if value is True else f' {written(name)}="{raw(value)}"'
        for name, value in attrs.items()
        if value is not False
    )


def draw_input(context):
    return an_input(context["widget"])


def an_input(widget):
    value = "" if widget["value"] is None else f' value="{raw(widget["value"])}"'
    kind, name = written(widget["type"]), written(widget["name"])
    return f'<input type="{kind}" name="{name}"{value}{attributes(widget["attrs"])}>'


def draw_textarea(context):
    widget = context["widget"]
    text = written(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{written(widget["name"])}"{attributes(widget["attrs"])}>\n{text}</textarea>'


def draw_select(context):
    widget = context["widget"]
    drawn = []
    for group, options, _index in widget["optgroups"]:
        inside = "\n".join(map(an_option, options))
        drawn.append(f'<optgroup label="{written(group)}">{inside}</optgroup>' if group else inside)
    choices = "\n".join(drawn)
    return f'<select name="{written(widget["name"])}"{attributes(widget["attrs"])}>\n{choices}\n</select>'


def an_option(option):
    return f'<option value="{raw(option["value"])}"{attributes(option["attrs"])}>{written(option["label"])}</option>'


def draw_boxes(context):
    """Checkboxes or radio buttons."""
    widget = context["widget"]
    drawn = []
    for group, options, _index in widget["optgroups"]:
        inside = "\n".join(f"<div>{a_box(option)}</div>" for option in options)
        drawn.append(f"<div><label>{written(group)}</label>{inside}</div>" if group else inside)
    marks = attributes({name: widget["attrs"][name] for name in ("id", "class") if widget["attrs"].get(name)})
    choices = "\n".join(drawn)
    return f"<div{marks}>{choices}\n</div>"


def a_box(option):
    if not option["wrap_label"]:
        return an_input(option)
    key = option["attrs"].get("id")
    target = f' for="{written(key)}"' if key else ""
    return f"<label{target}>{an_input(option)} {written(option['label'])}</label>"


def draw_label(context):
    label, tag = written(context["label"]), written(context["tag"])
    return f"<{tag}{attributes(context['attrs'])}>{label}</{tag}>" if context["use_tag"] else label


def draw_errors(context):
    errors = context["errors"]
    if not errors:
        return ""
    key = f' id="{written(errors.field_id)}_error"' if errors.field_id else ""
    items = "".join(f"<li>{written(error)}</li>" for error in errors)
    return f'<ul class="{written(context["error_class"])}"{key}>{items}</ul>'


def draw_wrapper(context):
    """What the admin puts around the choice of a record; with icons beside it, its template does."""
    if any(context[f"can_{act}_related"] for act in ("add", "change", "delete", "view")):
        return None
    model = "" if context["model_has_limit_choices_to"] else f' data-model-ref="{written(context["model_name"])}"'
    return f'<div class="related-widget-wrapper"{model}>{context["rendered_widget"]}</div>'


WIDGETS = "django/forms/widgets"
INPUTS = ("checkbox", "date", "email", "hidden", "number", "password", "search", "tel", "text", "time", "url")
DRAWN = {
    **{f"{WIDGETS}/{kind}.html": draw_input for kind in INPUTS},
    f"{WIDGETS}/textarea.html": draw_textarea,
    f"{WIDGETS}/select.html": draw_select,
    f"{WIDGETS}/checkbox_select.html": draw_boxes,
    f"{WIDGETS}/radio.html": draw_boxes,
    "admin/widgets/related_widget_wrapper.html": draw_wrapper,
    "django/forms/label.html": draw_label,
    "django/forms/errors/list/default.html": draw_errors,
    "django/forms/errors/list/ul.html": draw_errors,
}
