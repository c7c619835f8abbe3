"""Styles: computed once for all elements, pseudo-elements and pages that are styled alike, and in short."""

import functools
import re

import weasyprint
from weasyprint import css, html
from weasyprint.css import INITIAL_VALUES, AnonymousStyle, ComputedStyle, StyleFor
from weasyprint.css.counters import CounterStyle
from weasyprint.css.properties import INHERITED
from weasyprint.layout.page import PageType

# Computed values of these depend on more than the property itself.
COMPOSED = {"position", "float", "display", "page", *css.INITIAL_NOT_COMPUTED}
PLAIN = {name for name in INITIAL_VALUES if name not in COMPOSED and not name.startswith("text_decoration_")}
INHERITED_PLAIN = PLAIN & INHERITED
INITIAL_PLAIN = {name: INITIAL_VALUES[name] for name in PLAIN - INHERITED}
LOGICAL = {
    logical(block="ttb", inline=direction)
    for logical in css.PHYSICAL_FUNCTIONS.values()
    for direction in ("ltr", "rtl")
}


def spare(_replace):
    weasyprint.HTML._ua_stylesheets = _without_notes
    ComputedStyle.__missing__ = computed
    AnonymousStyle.__missing__ = anonymous
    StyleFor.set_computed_styles = set_computed_styles


def for_each_style(function):
    """A function of a style, asked for every line or box, that answers once: laid out styles are only read."""

    @functools.wraps(function)
    def answer(style):
        known = vars(style)
        if function.__name__ not in known:
            known[function.__name__] = function(style)
        return known[function.__name__]

    return answer


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


_computed = ComputedStyle.__missing__
_anonymous = AnonymousStyle.__missing__


def computed(style, name):
    """WeasyPrint's own method, which for a property that no rule of the element sets answers for all of that kind."""
    if style.parent_style is None or name not in PLAIN or name in style.cascaded or "filled" in vars(style):
        return _computed(style, name)
    style.filled = True
    given = {*style.cascaded, *style}
    if not LOGICAL.isdisjoint(given):
        given.update(css.PHYSICAL_FUNCTIONS)
    fill(style, given)
    return style[name] if name in style else _computed(style, name)


def anonymous(style, name):
    """WeasyPrint's own method, likewise."""
    if name not in PLAIN or "filled" in vars(style):
        return _anonymous(style, name)
    style.filled = True
    fill(style, set(style))
    return style[name]


def fill(style, given):
    """Sets what is not given: inherited or initial."""
    parent = style.parent_style
    style.update({name: value for name, value in INITIAL_PLAIN.items() if name not in given})
    style.update({name: parent[name] for name in INHERITED_PLAIN if name not in given})


_set_computed_styles = StyleFor.set_computed_styles


def set_computed_styles(styles, element, parent, root=None, pseudo_type=None, base_url=None, target_collector=None):
    """WeasyPrint's own method, with one style for all pseudo-elements, pages and margin boxes that are styled alike.

    For elements it does so itself.
    """
    of_all = styles.get_computed_styles()
    if pseudo_type is None and not isinstance(element, PageType):
        return _set_computed_styles(styles, element, parent, root, pseudo_type, base_url, target_collector)
    cascaded = styles.get_cascaded_styles().get((element, pseudo_type), {})
    rules = tuple((name, id(value), *order, *specificity) for name, (value, (*order, specificity)) in cascaded.items())
    alike = vars(styles).setdefault("alike", {})
    key = pseudo_type, id(of_all[parent, None]), rules
    if key in alike:
        of_all[element, pseudo_type] = alike[key]
    else:
        _set_computed_styles(styles, element, parent, root, pseudo_type, base_url, target_collector)
        alike[key] = of_all[element, pseudo_type]
    return None
