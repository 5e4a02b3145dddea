"""From a WARC to the text of the one document that is meant in it, with warcio and then that document's extractor.

Owns which record is meant, and that its digests hold. Must not change the WARC: it is what is archived.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final, TypeAlias

from timeline.capture import epub, html, media_type_of, pdf
from timeline.capture.encodings import decoded_page
from timeline.capture.found import Found, facts, readable
from timeline.capture.transfer import MAXIMUM_BYTES, CodingRefused, undone
from timeline.errors import DocumentUnreadable, on_one_line

MAXIMUM_RECORDS: Final = 100_000
_LISTED: Final = 5
_ZSTD: Final = (b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18")
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
    date: str
    not_received: str = ""  # why it is no document, in words that follow its address

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
            name, f"is not a sound WARC ({type(error).__name__}); it may be cut short. Get it anew, or archive the page's text"
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
    """Find the documents that were received whole and well; of what else was asked for, why it is none."""
    for number, one in enumerate(_records(content, name)):
        headers, answer, url, why = one.rec_headers, one.http_headers, _address(one), ""
        media_type = headers.get_header("Content-Type") or ""
        if one.rec_type == "response" and answer is not None:
            media_type = answer.get_header("Content-Type") or ""
            status = answer.get_statuscode()
            why = "" if status[:1] == "2" else f"answered {on_one_line(status)[:20]}"
        elif one.rec_type == "revisit":
            why = "is in it as a revisit, which only says that it had not changed"
        elif one.rec_type != "resource":
            continue
        if media_type.split(";")[0].strip().lower() in ("", "application/octet-stream"):
            media_type = media_type_of(url.partition("?")[0]) or media_type or "text/html"
        digest = headers.get_header("WARC-Payload-Digest") or headers.get_header("WARC-Block-Digest") or str(number)
        date = (headers.get_header("WARC-Date") or "")[:10]
        found = _Candidate(number, headers.get_header("WARC-Record-ID") or "", url, media_type, digest, date, why)
        if (found.kind in _KINDS or why) and url.startswith(("http://", "https://", "file://", "ftp://")):
            yield found


def _records(content: bytes, name: str, *, check: bool = False) -> Iterator[Any]:
    from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # noqa: PLC0415 it belongs to an extra

    if content.startswith(_ZSTD):
        raise DocumentUnreadable(name, "is packed with zstd, which is not read here. Unpack it, with zstd -d, and archive that")
    if not content.startswith((b"WARC/", b"\x1f\x8b")):
        raise DocumentUnreadable(name, "is not a WARC, its first bytes are others. Check what it is; a saved page is .html")
    for number, one in enumerate(ArchiveIterator(BytesIO(content), check_digests=check)):
        if number >= MAXIMUM_RECORDS:
            raise DocumentUnreadable(name, f"holds more than {MAXIMUM_RECORDS:,} records. Archive the part that you cite")
        yield one


def _address(record: _Record) -> str:
    return str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ")


def _chosen(every: list[_Candidate], name: str, record: str | None) -> _Candidate:
    """Choose the one that is meant; the same thing received twice is one."""
    candidates = [one for one in every if not one.not_received]
    sought = None if record is None else record.partition("#")[0].strip("<>")
    meant = [one for one in candidates if sought in (None, one.url.partition("#")[0], one.id.strip("<>"))]
    if not meant:
        why = [f"{on_one_line(one.url)} {one.not_received}" for one in every if one.not_received and sought in (None, one.url)]
        told = f" ({', '.join(why[:_LISTED])})" if why else ""
        if record is not None and candidates:
            named = _listed(candidates)
            raise DocumentUnreadable(name, f"holds no document of {on_one_line(record)}{told}. Name one of: {named}")
        raise DocumentUnreadable(
            name,
            f"holds no web page, PDF or plain text that a server answered with{told}. Look whether the page itself was captured",
        )
    if len({one.url for one in meant}) > 1:
        raise DocumentUnreadable(name, f"holds {len(meant)} documents. Say which is meant, as the record: {_listed(meant)}")
    if len({one.digest for one in meant}) > 1:
        ids = ", ".join(f"{one.id.strip('<>')} ({one.date})" for one in meant[:_LISTED])
        url = on_one_line(meant[0].url)
        raise DocumentUnreadable(name, f"{url} was captured {len(meant)} times in it. Give a record's id: {ids}")
    return meant[0]


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
            raise DocumentUnreadable(name, f"{on_one_line(chosen.url)} in it is larger than {MAXIMUM_BYTES // 1_000_000} MB")
        if getattr(one.raw_stream, "limit", 0):
            raise DocumentUnreadable(name, f"{on_one_line(chosen.url)} in it is cut short. Get it anew, or archive the page's text")
        problems = " ".join(map(str, one.digest_checker.problems))
        if "block digest failed" in problems:
            raise DocumentUnreadable(name, f"{on_one_line(chosen.url)} in it is not as its digest says: get it anew")
        answer = one.http_headers
        cut = one.rec_headers.get_header("WARC-Truncated")
        try:
            transfer, coding = (
                (answer.get_header("Transfer-Encoding"), answer.get_header("Content-Encoding")) if answer else ("", "")
            )
            return undone(raw, transfer or "", coding or ""), f" (cut short when captured: {on_one_line(cut)})" if cut else ""
        except CodingRefused as error:
            raise DocumentUnreadable(name, f"{on_one_line(chosen.url)} in it {error}. Archive the page's text") from None
    raise DocumentUnreadable(name, "its records changed while it was read. Try again")
