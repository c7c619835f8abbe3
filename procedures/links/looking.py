"""One careful look at a web address: short, small, polite, and never at a machine of our own network."""

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from django.conf import settings

from procedures.models import LinkCheck

Result = LinkCheck.Result

MOST_REDIRECTS = 6
MOST_BYTES = 64 * 1024  # of an answer that are read
REDIRECTS = (301, 302, 303, 307, 308)
# Servers that don't know HEAD, or hide behind a wall from programs, are asked again as a browser would.
ASK_AGAIN = (400, 403, 405, 406, 429, 500, 501, 502, 503)
# There is something at the address, whatever it thinks of a program that asks.
THERE_ALL_THE_SAME = (401, 403, 405, 406, 429)


@dataclass(frozen=True)
class Answer:
    result: str  # a LinkCheck.Result
    status: int | None = None
    final_url: str = ""  # where redirects led to


class NotPublic(OSError):
    """The address is no public web address: not ours to look at."""


def look(url, seconds=None):
    """An Answer; never raises.

    Args:
        seconds: that each step may take at most.
    """
    seconds = seconds or settings.LINK_TIMEOUT
    try:
        return follow(url, seconds)
    except NotPublic:
        return Answer(Result.REFUSED)
    except TimeoutError:
        return Answer(Result.TIMEOUT)
    except (OSError, http.client.HTTPException, ValueError, UnicodeError):
        return Answer(Result.UNREACHABLE)


def follow(url, seconds):
    seen, here = [], url
    while here not in seen:
        if len(seen) > MOST_REDIRECTS:
            break
        seen.append(here)
        status, location = ask("HEAD", here, seconds)
        if status in ASK_AGAIN or status >= 400:
            status, location = ask("GET", here, seconds)
        if status not in REDIRECTS or not location:
            return judged(status, here if here != url else "")
        here = urljoin(here, location)
    return Answer(Result.LOOP)


def judged(status, final_url):
    if status in (404, 410):
        return Answer(Result.GONE, status, final_url)
    is_there = status < 400 or status in THERE_ALL_THE_SAME
    return Answer(Result.FINE if is_there else Result.ERROR, status, final_url)


def ask(method, url, seconds):
    """`(status, Location or None)` of one request, without following it."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotPublic(url)
    host = parts.hostname.encode("idna").decode()
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connection = connect(parts.scheme, host, port, seconds)
    try:
        connection.request(method, target(parts), headers=headers(host, parts.port))
        response = connection.getresponse()
        response.read(MOST_BYTES)
        return response.status, response.headers.get("Location")
    finally:
        connection.close()


def target(parts):
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    return f"{path}?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else path


def headers(host, port):
    return {
        "Host": f"{host}:{port}" if port else host,
        "User-Agent": f"Mozilla/5.0 (compatible; PortalLinkCheck/1.0; +{settings.PORTAL_URL})",
        "Accept": "*/*",
        "Accept-Language": "es, en;q=0.5",
        "Connection": "close",
    }


def connect(scheme, host, port, seconds):
    """A connection to one of the host's public addresses.

    The name is looked up once and the connection made to what was found: a name that answers first with a public and
    then with a private address gets nowhere.
    """
    address = public_address(host, port)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    more = {"context": ssl.create_default_context()} if scheme == "https" else {}
    connection = kinds[scheme](host, port, timeout=seconds, **more)
    connection._create_connection = lambda _host_and_port, *rest: socket.create_connection((address, port), *rest)
    return connection


def public_address(host, port):
    """The first address of a host.

    Raises:
        NotPublic: one of its addresses is private, of this machine or otherwise no public one.
    """
    found = [info[4][0] for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not settings.LINK_CHECKS_MAY_LOOK_INSIDE and not all(is_public(address) for address in found):
        raise NotPublic(host)
    return found[0]


def is_public(address):
    ip = ipaddress.ip_address(address.split("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or ip
    return inner.is_global and not inner.is_multicast
