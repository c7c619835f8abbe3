from django import template

from procedures.admin.desk import Look, Whose, pressing_first, waiting_at

register = template.Library()


@register.inclusion_tag("admin/desk.html", takes_context=True)
def desk(context):
    """What waits for the signed-in user, by whose work the address asks, with quick ways to find and to begin."""
    look = Look.of(context["request"])
    full, empty = pressing_first(waiting_at(look))
    return {
        "request": context["request"],
        "perms": context["perms"],
        "look": look,
        "scopes": Whose.choices,
        "full": full,
        "empty": empty,
    }
