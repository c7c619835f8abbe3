"""The HTML of an edition cut into volumes. Pure."""

import os
import re
from dataclasses import dataclass, field

CUT = "<!-- volume -->"
"""Stands in a template where a new volume may begin; no content can say it unescaped."""
CONTINUED = '<section class="chapter continued"'
NAMED_PAGE = re.compile(r' href="#([^"]+)" data-on=""')
"""A link whose page is to stand beside it."""
ID = re.compile(r' id="([^"]+)"')
MOST = 150_000
"""Characters of HTML after which a volume ends at the next cut: some thirty records, a hundred MB."""
EACH = 3
"""Volumes for each processor, if they are not longer than that: all are at work until the end."""


@dataclass
class Volume:
    """A part of the edition: a whole HTML document, and what is known of it by now.

    `names` are the anchors whose pages it names, `places` its own anchors with their page, from 0.
    """

    html: str
    continues: bool
    anchors: frozenset
    names: frozenset
    is_counted_first: bool = False
    length: int | None = None
    places: dict = field(default_factory=dict)
    content: bytes | None = None


def cut(html):
    """The Volumes of an edition's HTML: what stands between cuts, put together while it is short.

    A volume that names pages holds nothing else, and is counted first if it names its own or later ones.
    """
    start, *pieces = html.split(CUT)
    volumes = gathered(start, pieces) if pieces else [volume_of(html, html)]
    anchors = frozenset().union(*(volume.anchors for volume in volumes))
    known = set()
    for volume in volumes:
        volume.names &= anchors
        volume.is_counted_first = not volume.names <= known
        known |= volume.anchors
    return volumes


def gathered(start, pieces):
    """A Volume for every few pieces, each with the document's start and end."""
    pieces[-1], mark, end = pieces[-1].rpartition("</body>")
    most = min(MOST, sum(map(len, pieces)) // (EACH * processors()))
    parts = []
    for piece in pieces:
        names_pages = bool(NAMED_PAGE.search(piece))
        if parts and parts[-1][0] == names_pages and len(parts[-1][1]) + len(piece) <= most:
            parts[-1] = names_pages, parts[-1][1] + piece
        else:
            parts.append((names_pages, piece))
    return [volume_of(f"{start}{part}{mark}{end}", part) for _names_pages, part in parts]


def processors():
    """How many this process may use."""
    return getattr(os, "process_cpu_count", os.cpu_count)() or 1  # the former since Python 3.13


def volume_of(html, part):
    return Volume(
        html,
        continues=part.lstrip().startswith(CONTINUED),
        anchors=frozenset(ID.findall(html)),
        names=frozenset(NAMED_PAGE.findall(html)),
    )
