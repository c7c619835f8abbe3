"""Glyphs of a line: written once for the same glyph as wide in the same font."""

from weasyprint.draw import text as drawing
from weasyprint.pdf.stream import Stream
from weasyprint.text.ffi import FROM_UNITS, ffi, pango

GLYPH = ffi.sizeof("PangoGlyphInfo")
NUMBERS = GLYPH // ffi.sizeof("int")
"""Of a glyph: its index in the font, width, horizontal and vertical offset in Pango's units, and a flag."""


def spare(replace):
    Stream.add_font = add_font
    if pango.pango_version() >= 14802:  # for older ones WeasyPrint takes another size of the font
        replace(_draw_first_line, draw_first_line)


_add_font = Stream.add_font


def add_font(stream, pango_font):
    """WeasyPrint's own method, asked once a page for each font: the lines of a page keep its fonts where they are."""
    known = vars(stream).setdefault("known_fonts", {})
    address = int(ffi.cast("intptr_t", pango_font))
    if address not in known:
        known[address] = _add_font(stream, pango_font)
    return known[address]


_draw_first_line = drawing.draw_first_line


class NotPlain(Exception):
    """Of the line or its glyphs, WeasyPrint has to see to more than is seen to here."""


def draw_first_line(stream, textbox, text_overflow, block_ellipsis, matrix):
    """WeasyPrint's own function, in short for a line of plain glyphs from left to right."""
    try:
        if text_overflow == "ellipsis" or block_ellipsis != "none" or textbox.style["font_size"] < 1e-6:
            raise NotPlain
        if not textbox.text.strip():
            return []
        pango.pango_layout_set_single_paragraph_mode(textbox.pango_layout.layout, True)
        parts = list(parts_of_line(stream, textbox.pango_layout))
    except NotPlain:
        return _draw_first_line(stream, textbox, text_overflow, block_ellipsis, matrix)
    stream.set_text_matrix(*matrix.values)
    for font, size, text in parts:
        stream.set_font_size(font.hash, size)
        stream.show_text(text)
    return []


def parts_of_line(stream, layout):
    """(Font, its size, strings of glyphs) of each part of a layout's first line that is in one font.

    Raises:
        NotPlain
    """
    line, _next = layout.get_first_line()
    run, of_part, part = line.runs[0], None, None
    while run != ffi.NULL:
        item, run = run.data, run.next
        pango_font = item.item.analysis.font
        if pango_font != of_part:
            if part:
                yield part
            of_part, part = pango_font, (*stream.add_font(pango_font), "")
        font, size, text = part
        if item.item.analysis.level % 2 or font.bitmap or font.svg or font.png or font.colr:
            raise NotPlain
        part = font, size, text + glyphs_of_run(stream, font, size, item, layout)
    yield part


def glyphs_of_run(stream, font, size, item, layout):
    """The operand of TJ for a run of glyphs: <hexadecimal indexes>, and thousandths to move back between them."""
    count = item.glyphs.num_glyphs
    numbers = memoryview(ffi.buffer(item.glyphs.glyphs, count * GLYPH)).cast("i").tolist()
    known = vars(font).setdefault("known_glyphs", {}).setdefault(size, {})
    text = "<"
    for place in range(count):
        glyph = tuple(numbers[place * NUMBERS : place * NUMBERS + 4])
        if glyph not in known:
            known[glyph] = glyph_text(stream, font, size, item, layout, place, *glyph)
        text += known[glyph]
    return text[:-1] if text[-1] == "<" else f"{text}>"


def glyph_text(stream, font, size, item, layout, place, index, width, offset, rise):
    """One glyph; notes its width and what it says, as WeasyPrint does.

    Raises:
        NotPlain: it is risen, or no font has it.
    """
    if index == pango.PANGO_GLYPH_EMPTY:
        return f">{-width / size}<"
    if rise or index & pango.PANGO_GLYPH_UNKNOWN_FLAG:
        raise NotPlain
    if index not in font.to_unicode:
        clusters = [*item.glyphs.log_clusters[0 : item.glyphs.num_glyphs], item.item.length]
        start = item.item.offset
        said = layout.text.encode()[start + clusters[place] : start + clusters[place + 1]]
        font.to_unicode[index] = said.decode()
    if index not in font.widths:
        pango.pango_font_get_glyph_extents(item.item.analysis.font, index, stream.ink_rect, stream.logical_rect)
        font.widths[index] = round(stream.logical_rect.width * 1000 * FROM_UNITS / size)
    offset /= size
    back = int(font.widths[index] + offset - width * 1000 * FROM_UNITS / size)
    return (f">{-offset}<" if offset else "") + f"{index:04x}" + (f">{back}<" if back else "")
