"""From a WARC to the text of the one document that is meant in it, with warcio and then that document's extractor.

Owns which record is meant, and that its digests hold. Must not change the WARC: it is what is archived.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, TypeAlias

from timeline.capture import epub, html, pdf
from timeline.capture.encodings import decoded_page
from timeline.capture.found import Found, facts, readable
from timeline.capture.transfer import MAXIMUM_BYTES, CodingRefused, undone
from timeline.errors import DocumentUnreadable, on_one_line

MAXIMUM_RECORDS: Final = 100_000
_LISTED: Final = 5
_Record: TypeAlias = Any  # a library's own, which is imported only when it is needed
_KINDS: Final = ("text/html", "application/xhtml+xml", "application/pdf", "text/plain", "application/epub+zip")


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A document in a WARC: the number of its record, its id, its address, and its media type with parameters."""

    number: int
    id: str
    url: str
    media_type: str
    digest: str

    @property
    def kind(self) -> str:
        return self.media_type.split(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        parameters = (one.strip().partition("=") for one in self.media_type.split(";")[1:])
        return next((value.strip("\"' ") for name, _, value in parameters if name.lower() == "charset"), None)


def read(content: bytes, name: str, *, encoding: str | None = None, record: str | None = None) -> Found:
    """Read the document at the address `record` (or of that WARC-Record-ID), or the only one. Raises DocumentUnreadable."""
    import warcio  # type: ignore[import-untyped]  # noqa: PLC0415 it belongs to an extra
    from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        chosen = _chosen(list(_candidates(content, name)), name, record)
        payload, cut = _payload(content, chosen, name)
    except (ArchiveLoadFailed, EOFError, ValueError, OSError) as error:
        raise DocumentUnreadable(
            f"{name}: is not a sound WARC ({type(error).__name__}); it may be cut short. Get it anew, or archive the page's text"
        ) from None
    within = f"{name}, {on_one_line(chosen.url)}"
    if chosen.kind in ("text/html", "application/xhtml+xml"):
        found = html.read(payload, within, encoding=encoding, declared=chosen.charset)
    elif chosen.kind == "application/pdf":
        found = pdf.read(payload, within)
    elif chosen.kind == "application/epub+zip":
        found = epub.read(payload, within)
    else:
        text, how = decoded_page(payload, within, encoding, chosen.charset)
        found = Found(readable(text), how)
    version = getattr(warcio, "__version__", None) or _version()
    extractor = f"warcio {version}{cut}, then {found.extractor}"
    return Found(found.text, extractor, {**found.facts, **facts(url=chosen.url)})


def _version() -> str:
    from importlib.metadata import version  # noqa: PLC0415

    return version("warcio")


def _candidates(content: bytes, name: str) -> Iterator[_Candidate]:
    """Find the documents that were received whole and well."""
    for number, one in enumerate(_records(content, name)):
        headers, answer = one.rec_headers, one.http_headers
        if one.rec_type == "response" and answer is not None:
            if answer.get_statuscode()[:1] != "2":
                continue
            media_type = answer.get_header("Content-Type") or ""
        elif one.rec_type == "resource":
            media_type = headers.get_header("Content-Type") or ""
        else:
            continue
        digest = headers.get_header("WARC-Payload-Digest") or headers.get_header("WARC-Block-Digest") or str(number)
        found = _Candidate(number, headers.get_header("WARC-Record-ID") or "", _address(one), media_type, digest)
        if found.kind in _KINDS and found.url.startswith(("http://", "https://", "file://", "ftp://")):
            yield found


def _records(content: bytes, name: str, *, check: bool = False) -> Iterator[Any]:
    from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # noqa: PLC0415 it belongs to an extra

    if not content.startswith((b"WARC/", b"\x1f\x8b")):
        raise DocumentUnreadable(f"{name}: is not a WARC, its first bytes are others. Look what it is; a saved page is .html")
    for number, one in enumerate(ArchiveIterator(BytesIO(content), check_digests=check)):
        if number >= MAXIMUM_RECORDS:
            raise DocumentUnreadable(f"{name}: holds more than {MAXIMUM_RECORDS:,} records. Archive the part that you cite")
        yield one


def _address(record: _Record) -> str:
    return str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ")


def _chosen(candidates: list[_Candidate], name: str, record: str | None) -> _Candidate:
    """Choose the one that is meant; the same thing received twice is one."""
    if not candidates:
        raise DocumentUnreadable(
            f"{name}: holds no web page, PDF or plain text that a server answered with. Look whether the page itself was captured"
        )
    meant = candidates
    if record is not None:
        sought = record.partition("#")[0]
        meant = [one for one in candidates if sought in (one.url.partition("#")[0], one.id.strip("<>"))]
        if not meant:
            raise DocumentUnreadable(f"{name}: holds no document of {on_one_line(record)}. Name one of: {_listed(candidates)}")
    if len({one.digest for one in meant}) == 1 and len({one.url for one in meant}) == 1:
        return meant[0]
    if record is not None:
        ids = ", ".join(one.id.strip("<>") for one in meant[:_LISTED])
        raise DocumentUnreadable(f"{name}: {on_one_line(record)} was captured {len(meant)} times in it. Give a record's id: {ids}")
    raise DocumentUnreadable(f"{name}: holds {len(meant)} documents. Say which is meant, as the record: {_listed(meant)}")


def _listed(candidates: list[_Candidate]) -> str:
    urls = list(dict.fromkeys(on_one_line(one.url) for one in candidates))
    more = f" and {len(urls) - _LISTED} more" if len(urls) > _LISTED else ""
    return ", ".join(urls[:_LISTED]) + more


def _payload(content: bytes, chosen: _Candidate, name: str) -> tuple[bytes, str]:
    """Read the bytes of a record's document, check its digests, and tell whether it was cut short when it was captured."""
    for number, one in enumerate(_records(content, name, check=True)):
        if number != chosen.number:
            continue
        raw = one.raw_stream.read(MAXIMUM_BYTES + 1)
        if len(raw) > MAXIMUM_BYTES:
            raise DocumentUnreadable(f"{name}: {on_one_line(chosen.url)} in it is larger than {MAXIMUM_BYTES // 1_000_000} MB")
        problems = " ".join(map(str, one.digest_checker.problems))
        if "block digest failed" in problems:
            raise DocumentUnreadable(f"{name}: {on_one_line(chosen.url)} in it is not as its digest says: get it anew")
        answer = one.http_headers
        cut = one.rec_headers.get_header("WARC-Truncated")
        try:
            transfer, coding = (
                (answer.get_header("Transfer-Encoding"), answer.get_header("Content-Encoding")) if answer else ("", "")
            )
            return undone(raw, transfer or "", coding or ""), f" (cut short when captured: {on_one_line(cut)})" if cut else ""
        except CodingRefused as error:
            raise DocumentUnreadable(f"{name}: {on_one_line(chosen.url)} in it {error}. Archive the page's text") from None
    raise DocumentUnreadable(f"{name}: its records changed while it was read. Try again")
