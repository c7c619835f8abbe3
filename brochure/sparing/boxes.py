"""Boxes: measured without asking again what their style answers for all."""

from weasyprint.css.functions import check_math
from weasyprint.css.properties import ZERO_PIXELS
from weasyprint.draw.color import get_color
from weasyprint.formatting_structure.boxes import Box, LineBox
from weasyprint.layout import background, percent
from weasyprint.layout import float as floats

from brochure.sparing.styles import for_each_style

CORNERS = [f"border_{corner}_radius" for corner in ("top_left", "top_right", "bottom_right", "bottom_left")]
BORDERS = [f"border_{side}_width" for side in ("top", "right", "bottom", "left")]
LENGTHS = [
    *(f"{kind}_{side}" for kind in ("margin", "padding") for side in ("left", "right", "top", "bottom")),
    *(f"{bound}{axis}" for axis in ("width", "height") for bound in ("", "min_", "max_")),
]


def spare(replace):
    replace(_resolve_percentages, resolve_percentages)
    replace(_layout_box_backgrounds, layout_box_backgrounds)
    replace(_avoid_collisions, avoid_collisions)
    Box.is_in_normal_flow = is_in_normal_flow


_resolve_percentages = percent.resolve_percentages


def resolve_percentages(box, containing_block):
    """WeasyPrint's own function, in short for a style without percentages."""
    used = used_lengths(box.style)
    if used is None:
        return _resolve_percentages(box, containing_block)
    vars(getattr(box, "_box", box)).update(used)  # a placeholder pretends to be its box
    collapses = box.style["border_collapse"] == "collapse"
    for name in BORDERS:
        if not (collapses and hasattr(box, name)):
            setattr(box, name, box.style[name])
    return None


@for_each_style
def used_lengths(style):
    """{name: px or "auto"}, whatever the containing block; None where it matters."""
    if style["box_sizing"] != "content-box":
        return None
    used = {}
    for name in LENGTHS:
        value = style[name]
        if value is not None and value != "auto":
            if check_math(value) or value.unit == "%":
                return None
            value = value.value
        used[name] = 0 if value == "auto" and name.startswith("min_") else value
    return used


def is_in_normal_flow(box):
    """WeasyPrint's own method, in one question for each property."""
    style = box.style
    return style["float"] == "none" and style["position"] in ("static", "relative")


_layout_box_backgrounds = background.layout_box_backgrounds


def layout_box_backgrounds(page, box, get_image_from_uri, layout_children=True, style=None):
    """WeasyPrint's own function, in short for a box with nothing behind it and square corners."""
    if style is not None or box is page or not is_bare(box.style):
        return _layout_box_backgrounds(page, box, get_image_from_uri, layout_children, style)
    for corner in CORNERS:
        setattr(box, corner, (0, 0))
    if layout_children:
        for child in box.all_children():
            layout_box_backgrounds(page, child, get_image_from_uri)
    box.background = None
    return None


@for_each_style
def is_bare(style):
    images = (style["border_image_source"], style["mask_border_source"], *style["background_image"])
    return (
        all(kind == "none" for kind, *_image in images)
        and all(ZERO_PIXELS in style[corner] for corner in CORNERS)
        and get_color(style, "background_color").alpha == 0
        and not style["box_shadow"]
    )


_avoid_collisions = floats.avoid_collisions


def avoid_collisions(context, box, containing_block, outer=True):
    """WeasyPrint's own function, in short for a line where nothing floats."""
    is_alone = outer and isinstance(box, LineBox) and not context.excluded_shapes
    if not is_alone or containing_block.style["direction"] != "ltr":
        return _avoid_collisions(context, box, containing_block, outer)
    left = containing_block.content_box_x()
    right = left + containing_block.width
    return left, box.position_y, right - left
