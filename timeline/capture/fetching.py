"""Fetch a document over HTTP as a WARC, when a person asks for it: from public addresses only, and within limits.

Owns how much is fetched, and from which addresses. Must not run by itself, nor send anything but a request.
"""

import http.client
import re
import socket
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BufferedReader, RawIOBase
from typing import TYPE_CHECKING, Final
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from timeline.capture.addresses import resolved
from timeline.capture.http_coding import CodingRefused, undone
from timeline.capture.warc_writer import Hop, refuse_without_extra, warc_bytes
from timeline.dates import instants
from timeline.documents.document import MAXIMUM_BYTES
from timeline.errors import FetchRefused, on_one_line

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

USER_AGENT: Final = "cited-timeline (archives a page that it was asked for)"
_COMPLETE: Final = (200, 203)
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_NOT_HTTP: Final = "it does not answer like a web server"
_ODD: Final = (http.client.BadStatusLine, http.client.UnknownProtocol)
_STATUS: Final = re.compile(rb"HTTP/1\.[01] [\t -~]*\r?\n").match  # a status line that fits into a WARC
MAXIMUM_SENT: Final = 20_000_000  # bytes of all responses of a fetch
_LONGEST_URL: Final = 4000


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a fetch in all: bytes as sent, bytes when unpacked, seconds, and redirects."""

    bytes: int = MAXIMUM_SENT
    unpacked: int = MAXIMUM_BYTES
    seconds: float = 30
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Fetched:
    """A fetched document: the WARC of every request and response, the final address, its status and media type, and itself.

    `headers` are those of its answer. `collected`: how it was obtained, as fields of a source.
    """

    warc: bytes
    url: str
    status: int
    media_type: str
    hops: int
    body: bytes = b""
    collected: Mapping[str, str] = field(default_factory=dict)
    headers: Sequence[tuple[str, str]] = ()


def fetch(
    url: str, *, limits: Limits | None = None, allow_loopback: bool = False, clock: Callable[[], datetime] = instants.now
) -> Fetched:
    """Fetch the document at a public http or https address. `allow_loopback` also allows this machine, for tests.

    The address of every redirect is checked too, and the connection goes to exactly the address that was checked. Raises
    FetchRefused.
    """
    refuse_without_extra()
    limits = limits or Limits()
    end, left, hops, shown = time.monotonic() + limits.seconds, limits.bytes, [], on_one_line(url)
    for _ in range(limits.redirects + 1):
        parts = _parts(url)
        try:
            hop, answer = _hop(parts, end, left, allow_loopback, clock)
        except TimeoutError:
            raise FetchRefused(shown, f"took more than {limits.seconds:g} seconds. Save the page, and archive the file") from None
        except TooLarge:
            raise FetchRefused(shown, f"is larger than {limits.bytes / 1e6:g} MB. Save it, and archive the file") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            cause = getattr(error, "reason", None) or getattr(error, "strerror", None) or error or type(error).__name__
            reason = _NOT_HTTP if isinstance(error, _ODD) else on_one_line(str(cause))
            raise FetchRefused(
                on_one_line(url), f"cannot be fetched: {reason[:200]}. Check whether it opens in a browser"
            ) from None
        hops.append(hop)
        left -= len(hop.response)
        location = answer.getheader("Location")
        if answer.status in _REDIRECTS and location:
            url = _redirect(hop.url, location)
            continue
        if answer.status not in _COMPLETE:
            reason = on_one_line(answer.reason or "")[:80]
            raise FetchRefused(
                on_one_line(hop.url), f"answered {answer.status} {reason}, not the document. Check whether it opens in a browser"
            )
        try:
            body = undone(
                hop.body, answer.getheader("Transfer-Encoding") or "", answer.getheader("Content-Encoding") or "", limits.unpacked
            )
        except CodingRefused as error:
            raise FetchRefused(on_one_line(hop.url), f"{error}. Save it, and archive the file") from None
        media_type = answer.getheader("Content-Type") or ""
        warc, headers = warc_bytes(hops, USER_AGENT), answer.getheaders()
        return Fetched(warc, hop.url, answer.status, media_type, len(hops), body, _collected(hops), headers)
    raise FetchRefused(shown, f"redirects more than {limits.redirects} times. Give the final address")


def request(
    url: str, end: float, left: int, *, allow_loopback: bool, clock: Callable[[], datetime]
) -> tuple[Hop, http.client.HTTPResponse, bytes]:
    """Send one request by a time, for at most `left` bytes, and return it with its answer and body. Follows no redirect.

    Raises FetchRefused, TooLarge, CodingRefused, HTTPException, OSError, or ValueError.
    """
    hop, answer = _hop(_parts(url), end, left, allow_loopback, clock)
    body = undone(hop.body, answer.getheader("Transfer-Encoding") or "", answer.getheader("Content-Encoding") or "")
    return hop, answer, body


def _collected(hops: Sequence[Hop]) -> dict[str, str]:
    """Describe a fetch: its time to the second, the address and the server that answered, this program, and where it began."""
    last = hops[-1]
    redirected = {"collection_note": f"Redirected from {hops[0].url}"} if len(hops) > 1 else {}
    return {
        "collected_at": f"{last.at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "collected_from": f"{last.url} ({last.address})",
        "collected_with": USER_AGENT,
        **redirected,
    }


class TooLarge(Exception):
    """The response is larger than the limit."""


class _Recorder(RawIOBase):
    """Reads from a connection within a time and a number of bytes, and records everything that it read."""

    def __init__(self, connection: socket.socket, end: float, left: int) -> None:
        """Take a connection, the time at which to stop, and the number of bytes to accept."""
        self._connection, self._end, self._left = connection, end, left
        self.recorded = bytearray()

    def readable(self) -> bool:
        """Return true: it can be read."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Read the bytes that have arrived."""
        self._connection.settimeout(_remaining(self._end))
        size = self._connection.recv_into(buffer)
        self.recorded += memoryview(buffer)[:size]
        if len(self.recorded) > self._left:
            raise TooLarge
        return size

    def makefile(self, *_: object, **__: object) -> BufferedReader:
        """Return a file of itself, where HTTPResponse expects a socket."""
        return BufferedReader(self)


def _hop(
    parts: SplitResult, end: float, left: int, allow_loopback: bool, clock: Callable[[], datetime]
) -> tuple[Hop, http.client.HTTPResponse]:
    """Send one request to an address that was checked, and read the whole response."""
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
            if not _STATUS(recorder.recorded):
                raise http.client.BadStatusLine(_NOT_HTTP)
            while answer.read(65536):
                pass
            if answer.length:
                raise OSError(f"it ended {answer.length:,} bytes too early")
    return Hop(parts.geturl(), address, at, request, _without_excess(bytes(recorder.recorded), answer)), answer


def _without_excess(response: bytes, answer: http.client.HTTPResponse) -> bytes:
    """Drop bytes after the end that the headers declare, which are not part of the document."""
    head, gap, body = response.partition(b"\r\n\r\n")
    length = answer.getheader("Content-Length") or ""
    if answer.chunked or not length.isdecimal():
        return response
    return head + gap + body[: int(length)]


def _connected(addresses: list[str], port: int, end: float) -> socket.socket:
    """Connect to the first address that answers: to the address itself, so that no name is resolved again."""
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


def _redirect(url: str, location: str) -> str:
    """Return the address of a redirect; `_parts` refuses an invalid one."""
    target = location.encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        return urljoin(url, target)
    except ValueError:
        return target


def _parts(url: str) -> SplitResult:
    """Split an address, encoded for a request. Raises FetchRefused for anything that is not plainly a web address."""
    shown = on_one_line(url)[:200]
    advice = "Give the address as the browser shows it, such as https://example.org/report"
    if len(url) > _LONGEST_URL or any(one.isspace() or not one.isprintable() or one == "\\" for one in url):
        raise FetchRefused(shown, f"is too long for an address, or holds characters that no address has. {advice}")
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname or ""
        name = host if ":" in host else host.rstrip(".").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        raise FetchRefused(shown, f"is not an address. {advice}") from None
    if parts.scheme not in ("http", "https"):
        raise FetchRefused(shown, f"only http and https can be fetched. {advice}")
    if "@" in parts.netloc:
        raise FetchRefused(shown, f"holds a user name before its host. {advice}")
    if not name or "%" in name:
        raise FetchRefused(shown, f"names no host. {advice}")
    netloc = (f"[{name}]" if ":" in name else name) + (f":{port}" if port else "")
    path, query = quote(parts.path, safe="/%:@!$&'()*+,;=~-._"), quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return SplitResult(parts.scheme, netloc, path, query, "")
