"""A rule in one sentence of safe HTML, from the rows as they are saved.

Each function reads only the sets of the row it is given: prefetch them, and a list costs no query more.
"""

from django.utils.html import format_html
from django.utils.translation import gettext as _

from procedures.guide.words import either, joined, text_of
from procedures.models import Fee, ProgramVersion


def condition_sentence(row):
    """For which businesses a Conditional applies: "Needed if: it handles food and it has premises; not if: …"."""
    needed, forbidden = needed_facts(row), either(names(row.none_of))
    words = wording(row)
    if needed and forbidden:
        return format_html(_("{}; not if: {}"), format_html(words["if"], needed), forbidden)
    if forbidden:
        return format_html(words["except"], forbidden)
    return format_html(words["if"], needed) if needed else words["always"]


def wording(row):
    """How a sentence about this kind of row begins."""
    if isinstance(row, Fee):
        return {
            "if": _("Charged if: {}"),
            "except": _("Charged to every business, except if: {}"),
            "always": _("Charged to every business"),
        }
    if isinstance(row, ProgramVersion):
        return {
            "if": _("Offered if: {}"),
            "except": _("Offered to every business, except if: {}"),
            "always": _("Offered to every business"),
        }
    return {
        "if": _("Needed if: {}"),
        "except": _("Needed by every business, except if: {}"),
        "always": _("Needed by every business"),
    }


def needed_facts(row):
    """ "a and b, and also c or d"; empty if nothing has to be true."""
    all_of, any_of = joined(names(row.all_of)), either(names(row.any_of))
    if all_of and any_of:
        return format_html(_("{}, and also {}"), all_of, any_of)
    return all_of or any_of


def asked_sentence(question):
    """When the guide asks a Question: "Asked only if: it sells alcoholic drinks"."""
    if question.depends_on is None:
        return _("Asked always")
    message = _("Asked only if: {}") if question.depends_value else _("Asked only if this is not so: {}")
    return format_html(message, text_of(question.depends_on))


def sets_sentence(row):
    """What an answer or a business type settles: "Makes true: it has premises; false: it sells online"."""
    true, false = joined(names(row.sets_true)), joined(names(row.sets_false))
    if true and false:
        return format_html(_("Makes true: {}; false: {}"), true, false)
    if true or false:
        return format_html(_("Makes true: {}") if true else _("Makes false: {}"), true or false)
    return _("Decides nothing")


def names(situations):
    return [text_of(situation) for situation in situations.all()]
