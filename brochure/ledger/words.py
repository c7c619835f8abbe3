"""The ledger's figures and differences in words of the reader's language: no sign or colour says anything alone."""

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from brochure.ledger.comparison import Measure, Trend
from procedures.display import money

LABELS = {
    Measure.PROCEDURES: gettext_lazy("Procedures"),
    Measure.DOCUMENTS: gettext_lazy("Documents"),
    Measure.ORIGINALS: gettext_lazy("Originals"),
    Measure.COPIES: gettext_lazy("Copies"),
    Measure.VISITS: gettext_lazy("Visits"),
    Measure.DAYS: gettext_lazy("Business days"),
    Measure.PESOS: gettext_lazy("Pesos"),
}

TRENDS = {
    Trend.LESS: gettext_lazy("Down:"),
    Trend.MORE: gettext_lazy("Up:"),
    Trend.SAME: gettext_lazy("The same:"),
    Trend.UNCLEAR: gettext_lazy("No telling:"),
}


def amount(measure, value):
    """ "14"; of pesos "$1,702.00 MXN"."""
    return money(value) if measure == Measure.PESOS else str(value)


def figure(measure, figure):
    """A Figure without what is missing in it: "14", "12 to 14", "at least 3", "no data"."""
    if not figure.is_known:
        return _("no data")
    if figure.is_range:
        return _("%(low)s to %(high)s") % {
            "low": amount(measure, figure.low),
            "high": amount(measure, figure.high),
        }
    value = amount(measure, figure.high)
    return _("at least %(value)s") % {"value": value} if figure.missing else value


def missing(measure, count):
    """How much a figure leaves out: "3 procedures without a known time"; empty if nothing.

    Originals and copies leave out the same, which is said once, of the copies.
    """
    if not count or measure == Measure.ORIGINALS:
        return ""
    words = {
        Measure.COPIES: ngettext("once nobody says how many", "%(n)s times nobody says how many", count),
        Measure.DAYS: ngettext("%(n)s procedure without a known time", "%(n)s procedures without a known time", count),
        Measure.PESOS: ngettext("%(n)s procedure without a known cost", "%(n)s procedures without a known cost", count),
    }
    return words[measure] % {"n": count}


def change(measure, change):
    """A Change: "the same", "2 fewer", "lower end 1 more, upper end 2 fewer"; with what became known or unknown."""
    parts = filter(None, [figures_change(measure, change), missing_change(measure, change.missing)])
    return "; ".join(parts) or (_("the same") if change.is_known else _("still unknown"))


def figures_change(measure, change):
    """What the ends of a figure did; empty if nothing."""
    if change.before.is_known != change.after.is_known:
        return _("unknown before") if change.after.is_known else _("known before")
    if not change.is_known or not (change.low or change.high):
        return ""
    if change.low == change.high:
        return step(measure, change.high)
    ends = []
    if change.low:
        ends.append(_("lower end %(step)s") % {"step": step(measure, change.low)})
    if change.high:
        ends.append(_("upper end %(step)s") % {"step": step(measure, change.high)})
    return ", ".join(ends)


def step(measure, difference):
    if difference > 0:
        words = _("%(value)s more")
    else:
        words = _("%(value)s less") if measure == Measure.PESOS else _("%(value)s fewer")
    return words % {"value": amount(measure, abs(difference))}


def missing_change(measure, difference):
    """What is known now and was not before, or the other way round; empty if nothing."""
    if not difference:
        return ""
    count = {"n": abs(difference)}
    if measure == Measure.DAYS:
        less = ngettext("%(n)s fewer unknown time", "%(n)s fewer unknown times", count["n"])
        more = ngettext("%(n)s more unknown time", "%(n)s more unknown times", count["n"])
    elif measure == Measure.PESOS:
        less = ngettext("%(n)s fewer unknown cost", "%(n)s fewer unknown costs", count["n"])
        more = ngettext("%(n)s more unknown cost", "%(n)s more unknown costs", count["n"])
    else:
        less = ngettext("%(n)s fewer unstated number", "%(n)s fewer unstated numbers", count["n"])
        more = ngettext("%(n)s more unstated number", "%(n)s more unstated numbers", count["n"])
    return (less if difference < 0 else more) % count


def edition(edition):
    """ "Edition 3, 21 November 2026"."""
    return _("Edition %(number)s, %(date)s") % {
        "number": edition.number,
        "date": date_format(localtime(edition.published_at)),
    }


def verdict(comparison):
    """Sentences that answer whether it got better: `[("Down:", "procedures, visits"), …]`; empty if redefined."""
    return [
        (str(TRENDS[trend]), ", ".join(str(LABELS[measure]).lower() for measure in measures))
        for trend, measures in comparison.by_trend.items()
    ]
