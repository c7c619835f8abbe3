"""Work that WeasyPrint 70 does in vain, spared from outside until it is spared there; what is drawn stays the same."""

import re
import sys

import weasyprint
from weasyprint import css, html
from weasyprint.css import INITIAL_VALUES, ComputedStyle
from weasyprint.css.counters import CounterStyle
from weasyprint.css.properties import INHERITED
from weasyprint.text import line_break

# Computed values of these depend on more than the property itself.
COMPOSED = {"position", "float", "display", "page", *css.INITIAL_NOT_COMPUTED}
PLAIN = {name for name in INITIAL_VALUES if name not in COMPOSED and not name.startswith("text_decoration_")}
LOGICAL = {
    logical(block="ttb", inline=direction)
    for logical in css.PHYSICAL_FUNCTIONS.values()
    for direction in ("ltr", "rtl")
}


def spare():
    """Changes the library for this process; doing it twice makes no difference."""
    weasyprint.HTML._ua_stylesheets = _without_notes
    ComputedStyle.__missing__ = computed
    line_break.get_font_description = get_font_description
    line_break.Layout.deactivate = line_break.Layout.reactivate = stay
    for name, module in sys.modules.items():
        if name.startswith("weasyprint.layout.") and hasattr(module, "split_first_line"):
            module.split_first_line = split_first_line
        if name.startswith("weasyprint.") and hasattr(module, "strut"):
            module.strut = strut


def _nothing(url):
    """A fetcher for styles that ask for no file: WeasyPrint's own reads all certificates of the machine first."""
    raise ValueError(url)


def ua_stylesheet():
    """The browser's own styles without those of footnotes, which make six styles for each element of any document."""
    text = re.sub(r"^::(?:foot)?note.*\n", "", html.UA, flags=re.MULTILINE).replace("\n::marker", "\nli::marker")
    return weasyprint.CSS(string=text, counter_style=CounterStyle(), url_fetcher=_nothing)


_UA_STYLESHEET = ua_stylesheet()


def _without_notes(document, forms=False):
    return [_UA_STYLESHEET]


_split_first_line = line_break.split_first_line


def split_first_line(text, style, context, max_width, spacing, is_line_start=True, minimum=False):
    """WeasyPrint's own function, remembered for the document.

    Each line is asked for again when a page does not hold its block, in every column, and for the widths of tables.
    """
    known = vars(context).setdefault("known_lines", {})
    key = (text, id(style), max_width, spacing, is_line_start, minimum)
    if key not in known:
        line = _split_first_line(text, style, context, max_width, spacing, is_line_start, minimum)
        known[key] = line, style  # kept, lest another style be given its id
    return known[key][0]


def for_each_style(function):
    """A function of a style, asked for every line, that answers once: styles are made and then only read."""

    def answer(style):
        known = vars(style)
        if function.__name__ not in known:
            known[function.__name__] = function(style)
        return known[function.__name__]

    return answer


get_font_description = for_each_style(line_break.get_font_description)
strut = for_each_style(line_break.strut)


def stay(layout, style=None):
    """A line that is set stays so until it is drawn; WeasyPrint forgets it and sets it again, to save memory."""


_computed = ComputedStyle.__missing__


def computed(style, name):
    """WeasyPrint's own method, in short for a property that no rule of the element sets: most of them."""
    if name not in PLAIN or name in style.cascaded or style.parent_style is None:
        return _computed(style, name)
    if name in css.PHYSICAL_FUNCTIONS and not LOGICAL.isdisjoint(style.cascaded):
        return _computed(style, name)
    value = style[name] = style.parent_style[name] if name in INHERITED else INITIAL_VALUES[name]
    return value
