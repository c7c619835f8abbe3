"""How a figure is written for people: one place for the page, the PDF and the lists.

Pure functions over plain values; words come in the active language.
"""

from decimal import Decimal

from django.utils.formats import date_format
from django.utils.text import capfirst
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
    """What a card says of a list of Fees: "Unknown", "Free", one amount, or "From …" the lowest of several.

    Amounts are never added up: which of them are due depends on the case. One that nobody confirmed is said to be so.
    """
    fees = list(fees)
    paid = [fee for fee in fees if fee.kind not in ("free", "unknown")]
    if not paid:
        return _("Unknown") if not fees or any(fee.kind == "unknown" for fee in fees) else _("Free")
    words = fee_amount(paid[0], uma) if len(fees) == 1 else lowest(paid)
    is_confirmed = all(fee.assurance == "confirmed" for fee in paid)
    return words if is_confirmed else _("%(amount)s (not confirmed)") % {"amount": words}


def lowest(fees):
    """ "From $2,813.77 MXN, by case"; "Several amounts" where they can't be compared."""
    amounts = [fee.minimum for fee in fees]
    if None in amounts or {fee.unit for fee in fees} != {"MXN"}:
        return _("Several amounts")
    return _("From %(low)s, by case") % {"low": money(min(amounts))}


def copies(originals, copies, is_certified):
    """ "1 original and 2 copies", "1 certified copy"; an empty string if nothing is known. None means not known."""
    parts = []
    if originals:
        parts.append(ngettext("%(n)s original", "%(n)s originals", originals) % {"n": originals})
    if copies or is_certified:
        count = copies or 1
        words = (
            ngettext("%(n)s certified copy", "%(n)s certified copies", count)
            if is_certified
            else ngettext("%(n)s copy", "%(n)s copies", count)
        )
        parts.append(words % {"n": count})
    return _(" and ").join(parts)


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


def program_status(status, calls, date):
    """Whether a program takes applications, in words with the date that matters.

    Args:
        status: permanent, open, upcoming, undecided, closed or unknown (`ProgramVersion.status`).
        calls: the program's Calls, newest first.
        date: the day the status is for.
    """
    calls = [call for call in calls if call.status_on(date) == status]
    if status == "permanent":
        return _("Open all year round")
    if status == "open":
        return _("Open until %(date)s") % {"date": date_format(max(call.closes for call in calls))}
    if status == "upcoming":
        return _("Opens on %(date)s") % {"date": date_format(min(call.opens for call in calls))}
    if status == "closed":
        return _("Closed since %(date)s") % {"date": date_format(max(call.closes for call in calls))}
    if status == "undecided":
        return _("Closing date not published: we don't know if it is still open")
    return _("We don't know if it is open")


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
        lines.append(capfirst(text % times))
    return lines


def address(url):
    """A web address as people read it: `https://www.sat.gob.mx/` → "sat.gob.mx"."""
    return url.split("://", 1)[-1].removeprefix("www.").rstrip("/")


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
