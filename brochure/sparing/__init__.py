"""Work that WeasyPrint 70 does in vain, spared from outside until it is spared there; what is drawn stays the same.

markup  read as XML, by a parser written in C
styles  computed once for what is styled alike
lines   set once for the same text in the same style
boxes   measured without asking what their style answers for all
glyphs  written once for the same glyph
"""

import sys

from brochure.sparing import boxes, glyphs, lines, markup, styles


def spare():
    """Changes the library for this process; doing it twice makes no difference."""
    for part in (markup, styles, lines, boxes, glyphs):
        part.spare(replace)


def replace(function, substitute):
    """Puts the substitute wherever a module of the library has that function."""
    for name, module in list(sys.modules.items()):
        if name.startswith("weasyprint.") and getattr(module, function.__name__, None) is function:
            setattr(module, function.__name__, substitute)
