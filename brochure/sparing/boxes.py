"""Boxes: measured without asking again what their style answers for all."""

from weasyprint.css.functions import check_math
from weasyprint.formatting_structure.boxes import Box
from weasyprint.layout import percent

from brochure.sparing.styles import for_each_style

BORDERS = [f"border_{side}_width" for side in ("top", "right", "bottom", "left")]
LENGTHS = [
    *(f"{kind}_{side}" for kind in ("margin", "padding") for side in ("left", "right", "top", "bottom")),
    *(f"{bound}{axis}" for axis in ("width", "height") for bound in ("", "min_", "max_")),
]


def spare(replace):
    replace(_resolve_percentages, resolve_percentages)
    Box.is_in_normal_flow = is_in_normal_flow


_resolve_percentages = percent.resolve_percentages


def resolve_percentages(box, containing_block):
    """WeasyPrint's own function, in short for a style without percentages."""
    used = used_lengths(box.style)
    if used is None:
        return _resolve_percentages(box, containing_block)
    vars(box).update(used)
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
