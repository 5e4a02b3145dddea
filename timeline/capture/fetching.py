"""Fetching a document openly, once it is asked for: from public addresses alone, within limits, kept as a WARC.

Owns which addresses may be reached, and how much is taken from them. Must not run by itself, nor send more than a request.
"""

import http.client
import re
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from timeline.capture.addresses import resolved
from timeline.capture.keeping import Hop, kept, refuse_without_extra
from timeline.capture.transfer import MAXIMUM_BYTES, CodingRefused, undone
from timeline.errors import FetchRefused, on_one_line

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

USER_AGENT: Final = "cited-timeline (archives a page that it was asked for)"
_WHOLE: Final = (200, 203)
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_NOT_HTTP: Final = "what is there does not answer as a web server"
_ODD: Final = (http.client.BadStatusLine, http.client.UnknownProtocol)
_STATUS: Final = re.compile(rb"HTTP/1\.[01] [\t -~]*\r?\n").match  # what can be kept in a WARC
_LONGEST_URL: Final = 4000


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is fetched: bytes as sent and bytes once unpacked, and seconds, in all; and how often one is led elsewhere."""

    bytes: int = 20_000_000
    unpacked: int = MAXIMUM_BYTES
    seconds: float = 30
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was fetched: the WARC of every request and response, the address that answered in the end, and how."""

    warc: bytes
    url: str
    status: int
    media_type: str
    hops: int


def _now() -> datetime:
    return datetime.now(UTC)


def fetch(url: str, *, limits: Limits | None = None, allow_loopback: bool = False, clock: Callable[[], datetime] = _now) -> Fetched:
    """Fetch the document at a public http or https address. `allow_loopback` lets this machine itself be reached, for tests.

    Each address that one is led to is checked anew, and the very address that was checked is reached. Raises FetchRefused.
    """
    refuse_without_extra()
    limits = limits or Limits()
    end, left, hops, asked = time.monotonic() + limits.seconds, limits.bytes, [], on_one_line(url)
    for _ in range(limits.redirects + 1):
        parts = _parts(url)
        try:
            hop, answer = _hop(parts, end, left, allow_loopback, clock)
        except TimeoutError:
            raise FetchRefused(asked, f"took more than {limits.seconds:g} seconds. Save the page, and archive the file") from None
        except _TooLarge:
            raise FetchRefused(asked, f"is larger than {limits.bytes / 1e6:g} MB. Save it, and archive the file") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            told = getattr(error, "reason", None) or getattr(error, "strerror", None) or error or type(error).__name__
            reason = _NOT_HTTP if isinstance(error, _ODD) else on_one_line(str(told))
            raise FetchRefused(on_one_line(url), f"cannot be fetched: {reason[:200]}. Look whether it opens in a browser") from None
        hops.append(hop)
        left -= len(hop.response)
        location = answer.getheader("Location")
        if answer.status in _REDIRECTS and location:
            url = _led_to(hop.url, location)
            continue
        if answer.status not in _WHOLE:
            reason = on_one_line(answer.reason or "")[:80]
            raise FetchRefused(
                on_one_line(hop.url), f"answered {answer.status} {reason}, not the document. Look whether it opens in a browser"
            )
        try:
            undone(
                hop.body, answer.getheader("Transfer-Encoding") or "", answer.getheader("Content-Encoding") or "", limits.unpacked
            )
        except CodingRefused as error:
            raise FetchRefused(on_one_line(hop.url), f"{error}. Save it, and archive the file") from None
        return Fetched(kept(hops, USER_AGENT), hop.url, answer.status, answer.getheader("Content-Type") or "", len(hops))
    raise FetchRefused(asked, f"leads elsewhere more than {limits.redirects} times. Give the address where it ends")


class _TooLarge(Exception):
    """More was sent than is taken."""


class _Recorder(RawIOBase):
    """Reads from a connection until the time or the bytes are used up, and keeps what it read."""

    def __init__(self, connection: socket.socket, end: float, left: int) -> None:
        """Take a connection, when to stop, and after how many bytes."""
        self._connection, self._end, self._left = connection, end, left
        self.kept = bytearray()

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read what has come."""
        self._connection.settimeout(_remaining(self._end))
        size = self._connection.recv_into(buffer)
        self.kept += memoryview(buffer)[:size]
        if len(self.kept) > self._left:
            raise _TooLarge
        return size

    def makefile(self, *_: object, **__: object) -> BufferedReader:
        """Stand where a response expects a socket."""
        return BufferedReader(self)


def _hop(
    parts: SplitResult, end: float, left: int, allow_loopback: bool, clock: Callable[[], datetime]
) -> tuple[Hop, http.client.HTTPResponse]:
    """Ask once, at an address that was checked, and read all of the answer."""
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    addresses = resolved(host, port, _remaining(end), allow_loopback=allow_loopback)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    request = (
        f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: {USER_AGENT}\r\n"
        "Accept: text/html,application/xhtml+xml,application/pdf,text/plain,*/*;q=0.5\r\n"
        "Accept-Encoding: identity\r\nConnection: close\r\n\r\n"
    ).encode("ascii")
    at, reached = clock(), _connected(addresses, port, end)
    with reached as plain:
        address = plain.getpeername()[0]
        connection: socket.socket = plain
        if secure:
            plain.settimeout(_remaining(end))
            connection = ssl.create_default_context().wrap_socket(plain, server_hostname=host)
        with connection:
            connection.settimeout(_remaining(end))
            connection.sendall(request)
            recorder = _Recorder(connection, end, left)
            answer = http.client.HTTPResponse(recorder, method="GET")  # type: ignore[arg-type]
            answer.begin()
            if not _STATUS(recorder.kept):
                raise http.client.BadStatusLine(_NOT_HTTP)
            while answer.read(65536):
                pass
            if answer.length:
                raise OSError(f"it broke off {answer.length:,} bytes before its end")
    return Hop(parts.geturl(), address, at, request, _whole(bytes(recorder.kept), answer)), answer


def _whole(response: bytes, answer: http.client.HTTPResponse) -> bytes:
    """Leave out what was sent after the end that the headers tell, which is no part of the document."""
    head, gap, body = response.partition(b"\r\n\r\n")
    length = answer.getheader("Content-Length") or ""
    if answer.chunked or not length.isdecimal():
        return response
    return head + gap + body[: int(length)]


def _connected(addresses: list[str], port: int, end: float) -> socket.socket:
    """Connect to the first of the addresses that answers: to the address itself, so that no name is looked up again."""
    failed: OSError | None = None
    for address in addresses:
        try:
            return socket.create_connection((address, port), timeout=_remaining(end))
        except TimeoutError:
            raise
        except OSError as error:
            failed = error
    raise failed or OSError("no address")


def _remaining(end: float) -> float:
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _led_to(url: str, location: str) -> str:
    """Give the address that an answer leads to; one that is none is refused where it is taken apart."""
    there = location.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        return urljoin(url, there)
    except ValueError:
        return there


def _parts(url: str) -> SplitResult:
    """Take an address apart, written so that it can be sent. Raises FetchRefused for what is not plainly an address of the web."""
    shown = on_one_line(url)[:200]
    advice = "Give the address as the browser shows it, such as https://example.org/report"
    if len(url) > _LONGEST_URL or any(one.isspace() or not one.isprintable() or one == "\\" for one in url):
        raise FetchRefused(shown, f"is too long for an address, or holds what no address does. {advice}")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        name = host if ":" in host else host.rstrip(".").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise FetchRefused(shown, f"is not an address. {advice}") from None
    if parts.scheme not in ("http", "https"):
        raise FetchRefused(shown, f"only http and https are fetched. {advice}")
    if "@" in parts.netloc:
        raise FetchRefused(shown, f"holds a user's name before its host. {advice}")
    if not name or "%" in name:
        raise FetchRefused(shown, f"names no host. {advice}")
    netloc = (f"[{name}]" if ":" in name else name) + (f":{port}" if port else "")
    path, query = quote(parts.path, safe="/%:@!$&'()*+,;=~-._"), quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return SplitResult(parts.scheme, netloc, path, query, "")
