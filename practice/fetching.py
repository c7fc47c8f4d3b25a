"""Fetching an address that somebody gave: from hosts the owner allowed, and from nowhere inside.

A name is looked up once. All that it stands for must be public addresses, and the line goes to one
of those and not to the name again: whoever can change what the name means gains nothing. Every
redirect is checked like the first address.
"""

import ipaddress
import re
import socket
import ssl
import string
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from threading import Timer
from urllib.parse import quote, urljoin, urlsplit

from urllib3.connection import HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

REDIRECTS = 3

# A host name → its addresses. An address and the seconds there are → a connected socket.
Resolver = Callable[[str], list[str]]
Connector = Callable[[str, float], socket.socket]

_PORT = 443
_REDIRECTING = {301, 302, 303, 307, 308}
_CHUNK = 64 * 1024
_HOST_NAME = re.compile(r"([a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{0,62}")
# What programs disagree about when they read an address.
_AMBIGUOUS = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029\\]")
# Outside of these blocks IPv6 addresses stand for others: mapped, translated, or tunneled ones.
_ORDINARY_IPV6 = ipaddress.IPv6Network("2000::/3")
_IPV4_RELAYS = ipaddress.IPv4Network("192.88.99.0/24")

_NOT_ALLOWED = "We read only from services that the owner allowed. This isn’t one."
_NOT_AN_ADDRESS = "Please give a whole address that begins with https://."
_NOT_PUBLIC = "This address leads to a place that we don’t read from."
_UNREACHABLE = "We couldn’t reach that service."
_TOO_SLOW = "That service took too long to answer."
_TOO_BIG = "There is more at this address than we read."
_UNPROVEN = "That service couldn’t prove that it is what its name says."
_IN_CIRCLES = "That service sends us from one address to the next."


class FetchRefused(Exception):
    """An address that is never read from; why, in words for people."""


class FetchFailed(Exception):
    """An address that could not be read this time; why, in words for people."""


@dataclass(frozen=True)
class Place:
    """What an address names: a host, and what to ask it for."""

    host: str
    target: str


def resolve(host: str) -> list[str]:
    """The addresses of this name, best first."""
    found = socket.getaddrinfo(host, _PORT, type=socket.SOCK_STREAM)
    return [str(each[4][0]) for each in found]


def connect(address: str, seconds: float) -> socket.socket:
    """A line to this address."""
    return socket.create_connection((address, _PORT), timeout=seconds)


def fetch(
    url: str,
    *,
    allowed_hosts: Collection[str],
    limit_bytes: int,
    seconds: float,
    accept: str = "text/calendar",
    resolver: Resolver = resolve,
    connector: Connector = connect,
) -> bytes:
    """What stands at this address, unpacked. `seconds` is the time for all of it.

    Raises FetchRefused where it is never read from, FetchFailed where it couldn't be read now.
    """
    ends = time.monotonic() + seconds
    for _ in range(REDIRECTS + 1):
        place = check(url, allowed_hosts)
        try:
            addresses = _public_addresses(place.host, resolver, ends)
            with _asked(place, accept, addresses, connector, ends) as answer:
                if answer.status not in _REDIRECTING:
                    return _body(answer, limit_bytes, ends)
                url = urljoin(url, answer.headers.get("Location", ""))
        except ssl.SSLCertVerificationError:
            raise FetchFailed(_UNPROVEN) from None
        # "from None": what failed names the address, which is as good as a password.
        except (OSError, HTTPError, HTTPException, ValueError):
            raise FetchFailed(_TOO_SLOW if _is_over(ends) else _UNREACHABLE) from None
    raise FetchFailed(_IN_CIRCLES)


def check(url: str, allowed_hosts: Collection[str]) -> Place:
    """What this address names. Raises FetchRefused unless it is HTTPS to an allowed host."""
    if _AMBIGUOUS.search(url):
        raise FetchRefused(_NOT_AN_ADDRESS)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise FetchRefused(_NOT_AN_ADDRESS) from None
    if parts.scheme != "https" or "@" in parts.netloc or port not in (None, _PORT):
        raise FetchRefused(_NOT_AN_ADDRESS)
    host = host_name(parts.hostname or "")
    if not host or host not in map(host_name, allowed_hosts):
        raise FetchRefused(_NOT_ALLOWED)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(host, quote(target, safe=string.punctuation))


def host_name(host: str) -> str:
    """The name of a host as the Internet's name servers know it; empty where it isn't a name.

    Numbers are no names, however they are written.
    """
    try:
        name = host.strip().removesuffix(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
    return name if _HOST_NAME.fullmatch(name) and len(name) < 254 else ""


def is_public(address: str) -> bool:
    """Whether this is an ordinary address of the Internet, and stands for nothing else."""
    ip = ipaddress.ip_address(address)
    if ip.is_multicast or not ip.is_global:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return ip not in _IPV4_RELAYS
    return ip in _ORDINARY_IPV6 and ip.sixtofour is None and ip.teredo is None


def _public_addresses(host: str, resolver: Resolver, ends: float) -> list[str]:
    """What the name stands for now. One address that isn't public spoils them all."""
    asking = ThreadPoolExecutor(1)
    try:
        addresses = asking.submit(resolver, host).result(timeout=_left(ends))
    finally:
        asking.shutdown(wait=False)
    if not all(is_public(address) for address in addresses):
        raise FetchRefused(_NOT_PUBLIC)
    return addresses


class _Line(HTTPSConnection):
    """A line that stands already, to an address that was checked; the name proves itself there."""

    def __init__(self, host: str, line: socket.socket) -> None:
        trusted = ssl.create_default_context()
        super().__init__(host, _PORT, server_hostname=host, ssl_context=trusted)
        self._standing = line

    def _new_conn(self) -> socket.socket:
        return self._standing


@contextmanager
def _asked(
    place: Place, accept: str, addresses: list[str], connector: Connector, ends: float
) -> Iterator[BaseHTTPResponse]:
    """The answer of the first of these addresses that takes a line."""
    with _first_to_answer(addresses, connector, ends) as line, _cut_off(line, ends):
        asking = _Line(place.host, line)
        try:
            headers = {"Accept": accept, **_HEADERS}
            asking.request("GET", place.target, headers=headers, preload_content=False)
            yield asking.getresponse()
        finally:
            asking.close()


_HEADERS = {
    "Accept-Encoding": "gzip",
    "User-Agent": "Mendwell",
}


def _first_to_answer(addresses: list[str], connector: Connector, ends: float) -> socket.socket:
    for address in addresses:
        with suppress(OSError):
            return connector(address, _left(ends))
    raise FetchFailed(_UNREACHABLE)


@contextmanager
def _cut_off(line: socket.socket, ends: float) -> Iterator[None]:
    """At that moment the line is cut, whatever we wait for: a handshake, a head or a body."""
    handle = line.dup()
    guard = Timer(_left(ends), _cut, [handle])
    guard.daemon = True
    guard.start()
    try:
        yield
    finally:
        guard.cancel()
        handle.close()


def _cut(handle: socket.socket) -> None:
    with suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)


def _body(answer: BaseHTTPResponse, limit: int, ends: float) -> bytes:
    if answer.status != 200:
        raise FetchFailed(f"That service has nothing for us here ({answer.status}).")
    body = bytearray()
    for chunk in answer.stream(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > limit:
            raise FetchFailed(_TOO_BIG)
    if _is_over(ends):  # a line that is cut looks like one that came to its end
        raise FetchFailed(_TOO_SLOW)
    return bytes(body)


def _left(ends: float) -> float:
    """The seconds that are left. Raises FetchFailed where none are."""
    left = ends - time.monotonic()
    if left <= 0:
        raise FetchFailed(_TOO_SLOW)
    return left


def _is_over(ends: float) -> bool:
    return time.monotonic() >= ends
