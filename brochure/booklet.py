"""Half-letter pages put two to a side of letter paper, in the order in which a folded booklet wants them.

The structure tree, the links and the bookmarks come along: the booklet is read in the same order as the pages it was
made of, and is as accessible. Each page becomes a form XObject, painted on its half of a side; what pointed to the page
points to the side and, where a place is meant, to its half (ISO 32000-1, 14.7.4.2: marked content in a form).
"""

import pikepdf
from pikepdf import Array, Dictionary, Name

WIDTH, HEIGHT = 396, 612  # points: half of a letter page, upright
PAGES_PER_SHEET = 4  # two on each side


def impose(source, target):
    """Writes the booklet of a PDF of half-letter pages.

    Args:
        source, target: paths; the target is written whole.

    Returns:
        The number of its sides, two for each sheet of paper.
    """
    with pikepdf.open(source) as pdf:
        pages = list(pdf.pages)
        halves = {page.objgen: _Half(pdf, page) for page in pages}
        sides = [_side(pdf, [page and halves[page.objgen] for page in pair]) for pair in folding_order(pages)]
        _move_structure(pdf, halves)
        _move_places(pdf, halves)
        for page in pages:
            pdf.pages.remove(page)
        if "/PageLabels" in pdf.Root:
            del pdf.Root.PageLabels
        pdf.Root.PageLayout = Name.SinglePage
        # So that a printer turns the paper over its short edge without being told.
        preferences = pdf.Root.get("/ViewerPreferences", Dictionary())
        preferences.Duplex = Name.DuplexFlipShortEdge
        preferences.PrintScaling = Name("/None")
        pdf.Root.ViewerPreferences = preferences
        pdf.save(target, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)
    return len(sides)


def folding_order(pages):
    """Pairs (left, right), front and back of each sheet in turn from the outermost on; None for an empty half.

    >>> list(folding_order([1, 2, 3, 4, 5]))
    [(None, 1), (2, None), (None, 3), (4, 5)]
    """
    padded = [*pages, *[None] * (-len(pages) % PAGES_PER_SHEET)]
    for first in range(0, len(padded) // 2, 2):
        last = len(padded) - 1 - first
        yield padded[last], padded[first]
        yield padded[first + 1], padded[last - 1]


class _Half:
    """A page on its way to half a side: the form that paints it, and, once placed, its side and how far right it is."""

    def __init__(self, pdf, page):
        self.form = pdf.make_indirect(page.as_form_xobject())
        self.annotations = list(page.get("/Annots", []))
        if "/StructParents" in page:
            self.form.StructParents = page.StructParents
        self.side, self.offset = None, 0


def _side(pdf, pair):
    """A new page at the document's end with a left and a right half."""
    side = pdf.add_blank_page(page_size=(2 * WIDTH, HEIGHT))
    side.Tabs = Name.S
    side.Resources = Dictionary(XObject=Dictionary())
    painted, annotations = [], []
    for name, offset, half in zip(("/Left", "/Right"), (0, WIDTH), pair, strict=True):
        if half:
            half.side, half.offset = side.obj, offset
            side.Resources.XObject[name] = half.form
            painted.append(f"q 1 0 0 1 {offset} 0 cm {name} Do Q")
            annotations += [_moved(annotation, half) for annotation in half.annotations]
    side.Contents = pdf.make_stream("\n".join(painted).encode())
    if annotations:
        side.Annots = Array(annotations)
    return side


def _moved(annotation, half):
    left, bottom, right, top = annotation.Rect
    annotation.Rect = Array([left + half.offset, bottom, right + half.offset, top])
    annotation.P = half.side
    return annotation


def _move_structure(pdf, halves):
    """Every element and every piece of marked content names its side, and the form in which the content now stands."""
    waiting = [pdf.Root.StructTreeRoot]
    while waiting:
        element = waiting.pop()
        home = halves.get(element.Pg.objgen) if "/Pg" in element else None
        if "/K" in element:
            kids = element.K if isinstance(element.K, Array) else [element.K]
            element.K = Array([_moved_kid(kid, home, halves) for kid in kids])
            waiting += [kid for kid in element.K if isinstance(kid, Dictionary) and "/S" in kid]
        if home:
            element.Pg = home.side


def _moved_kid(kid, home, halves):
    """A kid of a structure element: a number of marked content becomes a reference into its form."""
    if isinstance(kid, int):
        return Dictionary(Type=Name.MCR, Pg=home.side, Stm=home.form, MCID=kid)
    if kid.get("/Type") in (Name.MCR, Name.OBJR):
        home = halves[kid.Pg.objgen] if "/Pg" in kid else home
        kid.Pg = home.side
        if kid.Type == Name.MCR:
            kid.Stm = home.form
    return kid


def _move_places(pdf, halves):
    """Links and bookmarks lead to the half on which their page now stands."""
    for place in _places(pdf, halves):
        place = place.get("/D") if isinstance(place, Dictionary) else place
        if isinstance(place, Array) and (home := halves.get(place[0].objgen)):
            place[0] = home.side
            if place[1] == Name.XYZ:
                place[2] = place[2] + home.offset


def _places(pdf, halves):
    """What names, bookmarks and links lead to, each once; not what leads to a name."""
    yield from _named(pdf.Root.get("/Names", {}).get("/Dests", {}))
    with pdf.open_outline() as outline:
        bookmarks = list(outline.root)
        while bookmarks:
            bookmark = bookmarks.pop()
            yield bookmark.destination
            bookmarks += bookmark.children
    for half in halves.values():
        for annotation in half.annotations:
            yield annotation.get("/Dest", annotation.get("/A", {}).get("/D"))


def _named(tree):
    """The values of a name tree."""
    yield from list(tree.get("/Names", []))[1::2]
    for kid in tree.get("/Kids", []):
        yield from _named(kid)
