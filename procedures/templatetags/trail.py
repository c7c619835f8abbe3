from django import template

from procedures.trail.story import Story

register = template.Library()


@register.inclusion_tag("admin/procedures/trail/story.html", takes_context=True)
def story(context, model, key):
    """The story of a record, a page at a time; `model` is its table, "procedures.document"."""
    return {"story": Story(model, key, context["request"].GET.get("p", 1)), "request": context["request"]}


@register.filter
def table_of(record):
    """The table of a record as the change log names it."""
    return record._meta.label_lower
