"""How a figure is written for people: one place for the page, the PDF and the lists.

Pure functions over plain values; words come in the active language.
"""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def money(amount):
    """`Decimal("1702")` → "$1,702.00 MXN"."""
    return f"${amount:,.2f} MXN"


def number(value):
    """A decimal without idle zeros: `Decimal("3.0000")` → "3", `Decimal("2.50")` → "2.5"."""
    text = f"{Decimal(value):,.4f}".rstrip("0")
    return text.removesuffix(".")


def duration(value, unit):
    """`3, "business_days"` → "3 business days"; an empty string without a value.

    Raises:
        KeyError: the unit is none of `TimeUnit`.
    """
    if value is None:
        return ""
    words = {
        "hours": lambda: ngettext("%(n)s hour", "%(n)s hours", value),
        "business_days": lambda: ngettext("%(n)s business day", "%(n)s business days", value),
        "days": lambda: ngettext("%(n)s calendar day", "%(n)s calendar days", value),
        "weeks": lambda: ngettext("%(n)s week", "%(n)s weeks", value),
        "months": lambda: ngettext("%(n)s month", "%(n)s months", value),
        "years": lambda: ngettext("%(n)s year", "%(n)s years", value),
    }
    return words[unit]() % {"n": value}


def amount(value, unit, uma=None):
    """One amount in its unit; UMA with its value in pesos and the year where `uma` (a UnitValue) is given."""
    if unit == "MXN":
        return money(value)
    if unit == "percent":
        return f"{number(value)}%"
    if uma is None:
        return f"{number(value)} UMA"
    return _("%(n)s UMA (%(pesos)s, %(year)s value)") % {
        "n": number(value),
        "pesos": money(value * uma.daily),
        "year": uma.year,
    }


def fee_amount(fee, uma=None):
    """The amount of a Fee in words: "Free", "$1,702.00 MXN", "From … to …", "Amount unknown"."""
    low = None if fee.minimum is None else amount(fee.minimum, fee.unit, uma)
    high = None if fee.maximum is None else amount(fee.maximum, fee.unit, uma)
    if fee.kind == "free":
        return _("Free")
    if fee.kind == "range":
        if low is None:
            return _("Up to %(high)s") % {"high": high}
        if high is None:
            return _("From %(low)s") % {"low": low}
        return _("From %(low)s to %(high)s") % {"low": low, "high": high}
    if fee.kind == "formula":
        return low or _("By a rule: see the note")
    return low or _("Amount unknown")


def cost(fees, uma=None):
    """What a card says of a list of Fees: the one amount, "From …" of several, "Free" or "Unknown"."""
    fees = list(fees)
    known = [fee for fee in fees if fee.kind != "unknown"]
    if not known:
        return _("Unknown")
    if len(known) == 1:
        return fee_amount(known[0], uma)
    paid = [fee for fee in known if fee.kind != "free"]
    if not paid:
        return _("Free")
    return " + ".join(fee_amount(fee, uma) for fee in paid) if len(paid) <= 2 else _("Several amounts")


def amount_range(low, high):
    """A program's amounts in pesos: one figure, "From … to …", "Up to …" or an empty string."""
    if low is None and high is None:
        return ""
    if low is None:
        return _("Up to %(high)s") % {"high": money(high)}
    if high is None:
        return _("From %(low)s") % {"low": money(low)}
    if low == high:
        return money(low)
    return _("From %(low)s to %(high)s") % {"low": money(low), "high": money(high)}


def weekday_spans(hours):
    """Groups opening hours: `[(first weekday, last weekday, opens, closes)]`, neighbouring equal days joined.

    Args:
        hours: objects with `weekday` (0 = Monday), `opens` and `closes`, in weekday order.
    """
    spans = []
    for row in hours:
        if spans and spans[-1][1] == row.weekday - 1 and spans[-1][2:] == (row.opens, row.closes):
            spans[-1] = (spans[-1][0], row.weekday, row.opens, row.closes)
        else:
            spans.append((row.weekday, row.weekday, row.opens, row.closes))
    return spans


def opening_hours(hours):
    """`["Monday to Friday, 8:30 to 15:30"]` from an office's OpeningHours."""
    from procedures.models.places import OpeningHours

    days = dict(OpeningHours.Weekday.choices)
    lines = []
    for first, last, opens, closes in weekday_spans(hours):
        times = {"opens": f"{opens:%-H:%M}", "closes": f"{closes:%-H:%M}", "day": days[first], "last": days[last]}
        text = (
            _("%(day)s, %(opens)s to %(closes)s")
            if first == last
            else _("%(day)s to %(last)s, %(opens)s to %(closes)s")
        )
        lines.append(text % times)
    return lines


def dialable(phone):
    """The `tel:` number of a phone as written, extension after a pause; empty if it is no plain phone number.

    "614 200 4800 ext. 6393" → "+526142004800,6393"; "072" → "072".
    """
    main, _sep, extension = phone.partition("ext.")
    digits = "".join(filter(str.isdigit, main))
    if not digits or any(letter.isalpha() for letter in main):
        return ""
    prefix = "+52" if len(digits) == 10 else ""
    extension = "".join(filter(str.isdigit, extension))
    return f"{prefix}{digits}{',' + extension if extension else ''}"
