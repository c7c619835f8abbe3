"""Which files are taken as evidence, told by what is in them and not by their name alone. No ORM, no request."""

import zipfile
from pathlib import PurePath

MAX_BYTES = 10 * 1024 * 1024

CONTENT_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".csv": "text/csv; charset=utf-8",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def is_what_it_says(file, name):
    """Whether the content of a binary file is of the kind that its name's ending says, and that kind is taken.

    Args:
        file: seekable and open for reading; it is left at its start.
        name: file name with its ending, in any case.
    """
    file.seek(0)
    try:
        return kind_of(file) == CONTENT_TYPES.get(PurePath(name).suffix.lower(), "")
    finally:
        file.seek(0)


def kind_of(file):
    """The content type of one of the kinds above, or None."""
    head = file.read(12)
    if head.startswith(b"%PDF-"):
        return CONTENT_TYPES[".pdf"]
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return CONTENT_TYPES[".png"]
    if head.startswith(b"\xff\xd8\xff"):
        return CONTENT_TYPES[".jpg"]
    if head.startswith(b"RIFF") and head[8:] == b"WEBP":
        return CONTENT_TYPES[".webp"]
    if head.startswith(b"PK\x03\x04"):
        return office_kind(file)
    file.seek(0)
    return CONTENT_TYPES[".csv"] if is_table(file.read()) else None


def office_kind(file):
    """The content type of a workbook or document without macros, or None."""
    try:
        with zipfile.ZipFile(file) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError):
        return None
    if "[Content_Types].xml" not in names or any(name.endswith("vbaProject.bin") for name in names):
        return None
    if "xl/workbook.xml" in names:
        return CONTENT_TYPES[".xlsx"]
    return CONTENT_TYPES[".docx"] if "word/document.xml" in names else None


def is_table(content):
    """Whether the bytes are UTF-8 text without control characters and have a separator in their first line."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    first = text.partition("\n")[0]
    return any(sign in first for sign in ",;\t") and not any(c < " " and c not in "\r\n\t" for c in text)
