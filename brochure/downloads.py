"""PDFs as answers to a request: with length, validator and a good name; a broken download can be resumed."""

import contextlib
import logging
import os
import re
import tempfile
from pathlib import Path

from django.conf import settings
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, quote_etag

from brochure import pdf

logger = logging.getLogger(__name__)

CHUNK = 64 * 1024  # bytes
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "public, no-cache"  # kept, but asked after each time: an unchanged sheet costs no rendering
NOWHERE = "private, no-store"
CONTENT_TYPES = {"pdf": "application/pdf", "png": "image/png"}
RETRY_AFTER = "5"  # seconds, a little more than what the longest plan takes


def send_file(request, path, *, etag, filename, content_type="application/pdf"):
    """A file that never changes, or the part of it that the request asks for.

    Args:
        etag: of the content, unquoted.
        filename: under which a reader saves it.

    Returns:
        200 with the whole file, 206 with one range of it, 304 if the reader has it, or 416 for a range beyond its end.

    Raises:
        FileNotFoundError: the file is gone.
    """
    etag = quote_etag(etag)
    response = get_conditional_response(request, etag=etag) or file_or_part(request, path, etag)
    response.headers["Accept-Ranges"] = "bytes"
    response = as_pdf(response, filename, etag, FOR_EVER)
    response.headers["Content-Type"] = content_type
    return response


def send_rendered(request, html, *, cache, filename, page, most=1, as_attachment=False, draw=None, kind="pdf"):
    """The PDF of an HTML document, or its picture, rendered at most once as long as the HTML is the same.

    Never for a HEAD request.

    Args:
        cache: name of its place among the kept files, such as "tramites/sare/es"; an empty one keeps nothing.
        page: address that a reader can print instead where no PDF can be made.
        most: how many documents are kept in that place; those not asked for the longest go first.
        as_attachment: whether a browser saves it instead of showing it.
        draw: makes the bytes of the HTML in another way than `pdf.draw`, for whoever has the turn.
        kind: of the bytes, "pdf" or "png".
    """
    etag = quote_etag(pdf.digest(html))
    response = get_conditional_response(request, etag=etag)
    if request.method == "HEAD":
        response = response or StreamingHttpResponse()  # which leaves the length unsaid
    try:
        response = response or HttpResponse(kept_or_rendered(html, cache, most, draw or pdf.draw, kind))
    except (pdf.PdfUnavailable, pdf.PdfBusy) as error:
        return no_pdf(request, error, page)
    response = as_pdf(response, filename, etag, ASK_AGAIN if cache else NOWHERE, as_attachment)
    response.headers["Content-Type"] = CONTENT_TYPES[kind]
    return response


def no_pdf(request, error, page):
    """The page that says why there is no PDF now and what to do instead."""
    is_busy = isinstance(error, pdf.PdfBusy)
    response = render(request, "brochure/no_pdf.html", {"page": page, "is_busy": is_busy}, status=503)
    response.headers["Cache-Control"] = NOWHERE
    if is_busy:
        response.headers["Retry-After"] = RETRY_AFTER
    else:
        logger.error("%s", error)
    return response


def as_pdf(response, filename, etag, cache_control, as_attachment=False):
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment, filename)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = cache_control
    return response


def kept_or_rendered(html, cache, most, draw, kind):
    """The document's bytes, from the kept files if they hold this very document; if not, it is drawn and kept."""
    if not cache:
        with pdf.turn():
            return draw(html)
    path = settings.DATA_DIR / "cache" / f"{cache}-{pdf.digest(html)}.{kind}"
    with contextlib.suppress(OSError):
        return read_kept(path)
    with pdf.turn():
        with contextlib.suppress(OSError):  # whoever had the turn before us may have wanted the same
            return read_kept(path)
        content = draw(html)
        try:
            keep(path, content, most)
        except OSError as error:  # a full disk costs time, not the sheet
            logger.warning("%s could not be kept: %s", path, error)
    return content


def read_kept(path):
    """The bytes of a kept file, which from now on counts as the one asked for last.

    Raises:
        OSError: it is not there.
    """
    os.utime(path)
    return path.read_bytes()


def keep(path, content, most):
    """Writes a file that is whole as soon as it has its name, and leaves `most` in its place, itself included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)
    place = path.name.rpartition("-")[0]
    others = [other for other in path.parent.glob(f"{place}-*{path.suffix}") if other != path]
    for older in sorted(others, key=last_asked, reverse=True)[most - 1 :]:
        older.unlink(missing_ok=True)


def last_asked(path):
    """When a kept file was asked for last, in seconds; 0 if it is gone meanwhile."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0


def file_or_part(request, path, etag):
    size = path.stat().st_size
    span = asked_range(request, etag, size)
    if span is None:
        return FileResponse(path.open("rb"))
    if not span:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    first, last = span
    headers = {"Content-Length": last - first + 1, "Content-Range": f"bytes {first}-{last}/{size}"}
    return StreamingHttpResponse(chunks(path, first, last), status=206, headers=headers)


def asked_range(request, etag, size):
    """(first, last) byte that a request asks for; None for the whole file, False for a range that it has not.

    Several ranges at once, and what is no range, get the whole file, as the standard allows.
    """
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("Range", "").strip(), re.ASCII)
    if not match or not any(match.groups()) or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = (int(text[:19]) if text else None for text in match.groups())
    if first is None:
        first, last = max(size - last, 0), size - 1 if last else -1
    last = size - 1 if last is None else min(last, size - 1)
    return (first, last) if first <= last else False


def chunks(path, first, last):
    """The bytes of a file from `first` to `last`, both included, a few at a time."""
    with path.open("rb") as file:
        file.seek(first)
        left = last - first + 1
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
