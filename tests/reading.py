"""A page as its reader gets it, for tests."""

import re
from itertools import pairwise

FORBIDDEN = re.compile(r"<script|<style|\sstyle=|\son\w+=")


def body(client, path):
    """The HTML of a page that is there."""
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def text(html):
    """The words of a page, without marks and repeated blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def heading_faults(html):
    """What is wrong with the order of headings: empty with one h1 and no level skipped on the way down."""
    levels = [int(level) for level in re.findall(r"<h([1-6])", html)]
    faults = [] if levels.count(1) == 1 else [f"{levels.count(1)} h1"]
    return faults + [f"h{after} after h{before}" for before, after in pairwise(levels) if after > before + 1]
