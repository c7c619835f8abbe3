"""Lines of text: set once for the same text in the same style."""

import re

from weasyprint.svg.text import Style as StyleOfLetters
from weasyprint.text import line_break
from weasyprint.text.constants import LST_TO_ISO, PANGO_DIRECTION
from weasyprint.text.ffi import ffi, gobject, pango, unicode_to_char_p
from weasyprint.text.fonts import font_features

from brochure.sparing.styles import for_each_style

OF_STYLES = [(function, for_each_style(function)) for function in (line_break.strut, line_break.get_font_description)]


def spare(replace):
    for function, substitute in OF_STYLES:
        replace(function, substitute)
    replace(_split_first_line, split_first_line)
    line_break.Layout.setup = setup
    line_break.Layout.set_text = set_text
    line_break.Layout.deactivate = stay
    line_break.Layout.reactivate = reactivate


_split_first_line = line_break.split_first_line


def split_first_line(text, style, context, max_width, spacing, is_line_start=True, minimum=False):
    """WeasyPrint's own function, remembered for the document.

    Each line is asked for again when a page does not hold its block, in every column, and for the widths of tables.
    """
    known = vars(context).setdefault("known_lines", {})
    key = (text, name_of(style), max_width, spacing, is_line_start, minimum)
    if key not in known:
        line = _split_first_line(text, style, context, max_width, spacing, is_line_start, minimum)
        known[key] = line, style  # kept, lest another style be given its id
    return known[key][0]


LETTERS = ("font_family", "font_style", "font_weight", "font_size", "direction")
"""What tells the style of a drawing's letters from another."""


def name_of(style):
    """What no other style has as long as this one is kept; in a drawing each text has its own, most of them alike."""
    if isinstance(style, StyleOfLetters):
        return tuple(str(style[name]) for name in LETTERS)
    return id(style)


def stay(layout):
    """A line that is set stays so until it is drawn; WeasyPrint forgets it and sets it again, to save memory."""


_reactivate = line_break.Layout.reactivate


def reactivate(layout, style):
    """WeasyPrint's own method, only needed for a justified line: its spaces are widened when it is drawn."""
    if layout.justification_spacing:
        _reactivate(layout, style)


SEPARATORS = re.compile("[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_set_text = line_break.Layout.set_text


def set_text(layout, text, justify=False):
    """WeasyPrint's own method, for what is one paragraph in the mode in which it is drawn: it is not set again then."""
    pango.pango_layout_set_single_paragraph_mode(layout.layout, not SEPARATORS.search(text))
    _set_text(layout, text, justify)


_setup = line_break.Layout.setup


def setup(layout, style):
    """WeasyPrint's own method, which asks for a style's language and font once."""
    if style["text_decoration_line"] != "none":
        return _setup(layout, style)
    layout.style = style
    layout.first_line_direction = 0
    layout.ascent = layout.underline_position = layout.strikethrough_position = None
    context, layout.language, description, features = setting(style)
    layout.layout = ffi.gc(pango.pango_layout_new(context), gobject.g_object_unref)
    pango.pango_layout_set_auto_dir(layout.layout, False)
    pango.pango_layout_set_font_description(layout.layout, description)
    if features:
        attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
        pango.pango_attr_list_insert(attributes, pango.pango_attr_font_features_new(features))
        pango.pango_layout_set_attributes(layout.layout, attributes)


@for_each_style
def setting(style):
    """(Pango's context, language, font description, features as bytes) of a style."""
    context = ffi.gc(pango.pango_font_map_create_context(style.font_config.font_map), gobject.g_object_unref)
    pango.pango_context_set_round_glyph_positions(context, False)
    pango.pango_context_set_base_dir(context, PANGO_DIRECTION[style["direction"]])
    override = style["font_language_override"]
    tag = style["lang"] if override == "normal" else LST_TO_ISO.get(override.lower(), override)
    language = pango.pango_language_get_default()
    if tag:
        pointer, _kept = unicode_to_char_p(tag)
        language = pango.pango_language_from_string(pointer)
        pango.pango_context_set_language(context, language)
    features = font_features(
        style["font_kerning"],
        style["font_variant_ligatures"],
        style["font_variant_position"],
        style["font_variant_caps"],
        style["font_variant_numeric"],
        style["font_variant_alternates"],
        style["font_variant_east_asian"],
        style["font_feature_settings"],
    )
    names = ",".join(f"{name} {value}" for name, value in features.items()).encode()
    return context, language, line_break.get_font_description(style), names
