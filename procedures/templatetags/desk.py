from django import template

from procedures.admin.desk import waiting_for

register = template.Library()


@register.inclusion_tag("admin/desk.html", takes_context=True)
def desk(context):
    """What waits for the signed-in user, with quick ways to find and to begin."""
    return {"groups": waiting_for(context["user"]), "perms": context["perms"]}
