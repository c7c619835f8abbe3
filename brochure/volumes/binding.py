"""Volumes of one document bound into one PDF: pages, structure tree, links, bookmarks (ISO 32000-1, 14.7 and 12.3)."""

from contextlib import ExitStack
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, String


class Book:
    """A tagged PDF that volumes are added to in their order; title and language are those of the first."""

    def __init__(self):
        self._open = ExitStack()
        self._pdf = None

    def add(self, content, *, continues):
        """Adds the pages of a volume.

        Args:
            content: bytes of a PDF from WeasyPrint; its named places and cell headers have names that no other uses.
            continues: it goes on with the last chapter of the volume before.
        """
        volume = self._open.enter_context(pikepdf.open(BytesIO(content)))
        if self._pdf is None:
            self._pdf = volume
        else:
            _append(self._pdf, volume, continues=continues)

    def save(self, path):
        """Writes the whole at once, and ends."""
        with self._open:
            _sort_places(self._pdf)
            self._pdf.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate, deterministic_id=True)

    def close(self):
        self._open.close()


def _append(book, volume, *, continues):
    tree = book.Root.StructTreeRoot.ParentTree
    shift = int(tree.Nums[-2]) + 1
    first = len(book.pages)
    for page in volume.pages:
        book.pages.append(page)
    for page in book.pages[first:]:
        page.obj.StructParents += shift
        for annotation in page.obj.get("/Annots", []):
            if "/StructParent" in annotation:
                annotation.StructParent += shift
    _append_structure(book, volume, shift)
    _append_places(book, volume)
    _append_bookmarks(book, volume, continues)


def _append_structure(book, volume, shift):
    """Puts what the volume's Document holds into the book's, and its keys of the parent tree after the book's."""
    whole = book.Root.StructTreeRoot.K[0]
    copied = book.copy_foreign(volume.Root.StructTreeRoot)
    for element in copied.K[0].K:
        element.P = whole
        whole.K.append(element)
    keys, numbers = book.Root.StructTreeRoot.ParentTree.Nums, list(copied.ParentTree.Nums)
    for key, value in zip(numbers[::2], numbers[1::2], strict=True):
        keys.extend([int(key) + shift, value])


def _append_places(book, volume):
    """Adds the named places, to be sorted in the end."""
    if "/Names" not in volume.Root:
        return
    copied = book.copy_foreign(volume.make_indirect(volume.Root.Names.Dests))
    if "/Names" not in book.Root:
        book.Root.Names = Dictionary(Dests=Dictionary(Names=Array()))
    book.Root.Names.Dests.Names.extend(copied.Names)


def _sort_places(book):
    """A name tree is in the order of its names."""
    if "/Names" in book.Root:
        flat = list(book.Root.Names.Dests.Names)
        pairs = sorted(zip(flat[::2], flat[1::2], strict=True), key=lambda pair: bytes(pair[0]))
        book.Root.Names.Dests.Names = Array([part for name, place in pairs for part in (String(bytes(name)), place)])


def _append_bookmarks(book, volume, continues):
    """Chains the volume's bookmarks to the book's, or, where it goes on with a chapter, to those of that chapter."""
    if "/Outlines" not in volume.Root:
        return
    added = book.copy_foreign(volume.Root.Outlines)
    if "/Outlines" not in book.Root:
        book.Root.Outlines = added
        return
    outlines = book.Root.Outlines
    parent = outlines.Last if continues else outlines
    for bookmark in _chain(added.First):
        bookmark.Parent = parent
    if "/Last" in parent:
        parent.Last.Next, added.First.Prev = added.First, parent.Last
    else:
        parent.First = added.First
    parent.Last = added.Last
    parent.Count += added.Count
    if continues:
        outlines.Count += added.Count


def _chain(bookmark):
    while bookmark is not None:
        yield bookmark
        bookmark = bookmark.get("/Next")
