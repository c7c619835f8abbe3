"""Template tags of an edition's own chapters."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from brochure import paperwork, road
from brochure.pdf import static_path

register = template.Library()

ANCHORS = {"procedure": "tramite", "program": "apoyo"}


@register.filter
def anchor(sheet):
    """The id of a Sheet's heading in an edition."""
    return f"{ANCHORS[sheet.version.IDENTITY]}-{sheet.version.identity.slug}"


@register.filter
def that_fit(rows, paper):
    """`{% with rows=paperwork|that_fit:paper %}`: the first rows, as many as one page holds."""
    return paperwork.that_fit(rows, paper)


@register.filter
def beyond(rows, shown):
    """How many rows are not among those shown."""
    return len(rows) - len(shown)


@register.inclusion_tag("brochure/parts/road.html")
def road_in_one_picture(chapters, supports, paper):
    drawn = road.draw(chapters, supports, paper)
    return {"drawing": drawing(drawn, is_screen=paper == "screen")}


def drawing(drawn, *, is_screen):
    """The Road as SVG. What reads it aloud takes the words of its title, on a screen of its label.

    Colours are those of tokens.css, which a drawing in print can't read; on a screen the classes bring others.
    """
    size, words = drawn.size, road.told(drawn)
    figures = [
        format_html(
            '<path class="tarmac" d="{}" fill="none" stroke="#0a343d" stroke-width="{}" stroke-linecap="round"/>'
            '<path class="middle" d="{}" fill="none" stroke="#f7ebdd" stroke-width="1" stroke-dasharray="5 5"/>',
            drawn.path,
            points(size * 1.3),
            drawn.path,
        )
    ]
    for stop in drawn.stops:
        figures += stop_figures(stop, drawn)
    frame = format_html(
        'viewBox="0 0 {0} {1}" width="{0}pt" height="{1}pt" font-family="Inter, sans-serif" font-size="{2}"',
        points(drawn.room.width),
        points(drawn.height),
        points(size),
    )
    label = format_html('role="img" aria-label="{}"', words) if is_screen else ""
    title = "" if is_screen else format_html("<title>{}</title>", words)
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" class="road-drawing" {} {}>{}{}</svg>',
        frame,
        label,
        title,
        mark_safe("".join(figures)),  # noqa: S308 - each part was escaped
    )


def stop_figures(stop, drawn):
    """A stop's card, its number on the road, and the words on the card."""
    size, centre = drawn.size, stop.top + drawn.size * 1.5
    is_wide = drawn.room.columns > 1
    yield format_html(
        '<rect class="card" x="{}" y="{}" width="{}" height="{}" rx="4" fill="#e1eff1"/>'
        '<circle class="stop" cx="{}" cy="{}" r="{}" fill="#a43e17" stroke="#ffffff" stroke-width="1.5"/>',
        *map(points, (drawn.indent, stop.top, drawn.card, stop.height, stop.x, centre, size * 1.15)),
    )
    yield text("number", stop.x, centre + size * 0.36, stop.stage.position, "#ffffff", weight=700, align="middle")
    yield text("stage", drawn.words, centre + size * 0.45, stop.stage.name, "#0a343d", weight=700, size=drawn.head)
    if is_wide:
        yield text("count", drawn.room.width - size, centre + size * 0.45, stop.counts, "#4d5961", align="end")
    else:
        yield text("count", drawn.words, centre + size * 0.45 + drawn.lead, stop.counts, "#4d5961")
    for name in stop.names:
        dot = (*name.dot, size * 0.2)
        yield format_html('<circle class="dot" cx="{}" cy="{}" r="{}" fill="#a43e17"/>', *map(points, dot))
        yield from (text("name", x, y, line, "#1c2329") for x, y, line in name.lines)
    if stop.rest_y:
        yield text("stage", drawn.words, stop.rest_y, road.and_more(stop.rest), "#0a343d", weight=600)


def text(kind, x, y, words, colour, *, weight=400, align="start", size=None):
    return format_html(
        '<text class="{}" x="{}" y="{}" fill="{}" font-weight="{}" text-anchor="{}"{}>{}</text>',
        *(kind, points(x), points(y), colour, weight, align),
        format_html(' font-size="{}"', points(size)) if size else "",
        words,
    )


def points(length):
    """A length as SVG wants it, in every language."""
    return f"{length:.1f}"


@register.simple_tag
def stylesheet(*names):
    """The text of static stylesheets, for a file that has to bring them along."""
    return mark_safe("\n".join(static_path(name).read_text() for name in names))  # noqa: S308 - our own files
