"""Extract the text of one document in a WARC, with warcio and then that document's extractor.

Owns the choice of the record and the check of its digests. Must not change the WARC, which is itself the archived document.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO
from typing import Any, Final, TypeAlias

from timeline.capture import MEDIA_TYPES, docx, epub, html, media_type_of, ods, odt, pdf, xlsx
from timeline.capture.encodings import decoded_page
from timeline.capture.extracted_text import ExtractedText, facts, readable
from timeline.capture.http_coding import CodingRefused, undone
from timeline.documents.document import MAXIMUM_BYTES
from timeline.errors import DocumentUnreadable, on_one_line

MAXIMUM_RECORDS: Final = 100_000
_LISTED: Final = 5
_LONGEST_INFO: Final = 10_000
_ZSTD: Final = (b"\x28\xb5\x2f\xfd", b"\x5d\x2a\x4d\x18")
_Record: TypeAlias = Any  # a library's own, which is imported only when it is needed
_SUFFIXES: Final = ((docx, "docx", "docm"), (odt, "odt"), (xlsx, "xlsx", "xlsm"), (ods, "ods"))
_READERS: Final = {
    "application/pdf": pdf,
    "application/epub+zip": epub,
    **{MEDIA_TYPES[f".{suffix}"]: module for module, *suffixes in _SUFFIXES for suffix in suffixes},
}
_KINDS: Final = ("text/html", "application/xhtml+xml", "text/plain", *_READERS)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A document in a WARC: the number of its record, its id, its address, and its media type with parameters."""

    number: int
    id: str
    url: str
    media_type: str
    digest: str
    captured: Mapping[str, str]  # when, from where and with which software
    not_received: str = ""  # the reason why it is not a document, worded to follow its address

    @property
    def kind(self) -> str:
        return self.media_type.split(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        parameters = (one.strip().partition("=") for one in self.media_type.split(";")[1:])
        return next((value.strip("\"' ") for name, _, value in parameters if name.lower() == "charset"), None)


def read(content: bytes, name: str, *, encoding: str | None = None, record: str | None = None) -> ExtractedText:
    """Read the document with the address or WARC-Record-ID `record`, or the only one. Raises DocumentUnreadable."""
    return read_one((content,), name, encoding, record)


def read_one(contents: Sequence[bytes], name: str, encoding: str | None, record: str | None) -> ExtractedText:
    """Read a document from the WARCs of one archive, as `read` does from one."""
    chosen, payload, cut = document(contents, name, record)
    within = f"{name}, {on_one_line(chosen.url)}"
    if chosen.kind in ("text/html", "application/xhtml+xml"):
        extracted = html.read(payload, within, encoding=encoding, declared=chosen.charset)
    elif chosen.kind in _READERS:
        extracted = _READERS[chosen.kind].read(payload, within)
    else:
        text, how = decoded_page(payload, within, encoding, chosen.charset)
        extracted = ExtractedText(readable(text), how)
    extractor = f"warcio {version('warcio')}{cut}, then {extracted.extractor}"
    return ExtractedText(extracted.text, extractor, {**extracted.facts, **facts(url=chosen.url, **chosen.captured)})


def document(contents: Sequence[bytes], name: str, record: str | None) -> tuple[_Candidate, bytes, str]:
    """Return the document that is asked for, its bytes, and a remark if it was cut short. Raises DocumentUnreadable."""
    from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]  # noqa: PLC0415 it belongs to an extra

    try:
        chosen = _choose(list(_candidates(contents, name)), name, record)
        return chosen, *_payload(contents, chosen, name)
    except (ArchiveLoadFailed, EOFError, ValueError, OSError) as error:
        raise DocumentUnreadable(
            name, f"is not a sound WARC ({type(error).__name__}); it may be cut short. Get it again, or archive the page's text"
        ) from None


def _candidates(contents: Sequence[bytes], name: str) -> Iterator[_Candidate]:
    """Yield the documents that were received in full; for other responses, the reason why they are none."""
    software = ""
    for number, one in enumerate(_records(contents, name)):
        headers, answer, url, why = one.rec_headers, one.http_headers, _address(one), ""
        media_type = headers.get_header("Content-Type") or ""
        if one.rec_type == "response" and answer is not None:
            media_type = answer.get_header("Content-Type") or ""
            status = answer.get_statuscode()
            why = "" if status[:1] == "2" else f"answered {on_one_line(status)[:20]}"
        elif one.rec_type == "revisit":
            why = "is only in it as a revisit, which records that it had not changed"
        elif one.rec_type == "warcinfo":
            software = _software(one.raw_stream.read(_LONGEST_INFO))
            continue
        elif one.rec_type != "resource":
            continue
        if media_type.split(";")[0].strip().lower() in ("", "application/octet-stream"):
            media_type = media_type_of(url.partition("?")[0]) or media_type or "text/html"
        digest = headers.get_header("WARC-Payload-Digest") or headers.get_header("WARC-Block-Digest") or str(number)
        captured = {"collected_at": headers.get_header("WARC-Date") or "", "collected_from": _server(headers, url)}
        record_id = headers.get_header("WARC-Record-ID") or ""
        candidate = _Candidate(number, record_id, url, media_type, digest, {**captured, "collected_with": software}, why)
        if (candidate.kind in _KINDS or why) and url.startswith(("http://", "https://", "file://", "ftp://")):
            yield candidate


def _records(contents: Sequence[bytes], name: str, *, check: bool = False) -> Iterator[Any]:
    from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # noqa: PLC0415 it belongs to an extra

    number = 0
    for content in contents:
        _refuse_other(content, name)
        for one in ArchiveIterator(BytesIO(content), check_digests=check):
            number += 1
            if number > MAXIMUM_RECORDS:
                raise DocumentUnreadable(name, f"holds more than {MAXIMUM_RECORDS:,} records. Archive the part that you cite")
            yield one


def _refuse_other(content: bytes, name: str) -> None:
    if content.startswith(_ZSTD):
        raise DocumentUnreadable(name, "is packed with zstd, which is not supported. Unpack it, with zstd -d, and archive that")
    if not content.startswith((b"WARC/", b"\x1f\x8b")):
        raise DocumentUnreadable(name, "is not a WARC: its first bytes are others. Check what it is; a saved page is .html")


def _software(info: bytes) -> str:
    """Return the software that a warcinfo record names."""
    named = re.search(r"^software:[ \t]*(.*)$", info.decode(errors="replace"), re.IGNORECASE | re.MULTILINE)
    return named[1].strip() if named else ""


def _server(headers: Any, url: str) -> str:  # noqa: ANN401 - warcio has no types
    """Return the address with that of the server; empty if none was noted, as a source has the address itself."""
    server = headers.get_header("WARC-IP-Address")
    return f"{url} ({server})" if server else ""


def _address(record: _Record) -> str:
    return str(record.rec_headers.get_header("WARC-Target-URI") or "").strip("<> ")


def _choose(every: list[_Candidate], name: str, record: str | None) -> _Candidate:
    """Choose the document with the address or id `record`; identical copies count as one."""
    candidates = [one for one in every if not one.not_received]
    address = None if record is None else record.partition("#")[0].strip("<>")
    matches = [one for one in candidates if address in (None, one.url.partition("#")[0], one.id.strip("<>"))]
    if not matches:
        why = [f"{on_one_line(one.url)} {one.not_received}" for one in every if one.not_received and address in (None, one.url)]
        reasons = f" ({', '.join(why[:_LISTED])})" if why else ""
        if record is not None and candidates:
            named = _listed(candidates)
            raise DocumentUnreadable(name, f"holds no document of {on_one_line(record)}{reasons}. Name one of: {named}")
        raise DocumentUnreadable(
            name,
            f"holds no web page, PDF or plain text from a server{reasons}. Check whether the page itself was captured",
        )
    if len({one.url for one in matches}) > 1:
        raise DocumentUnreadable(name, f"holds {len(matches)} documents. Name one of them as the record: {_listed(matches)}")
    if len({one.digest for one in matches}) > 1:
        ids = ", ".join(f"{one.id.strip('<>')} ({one.captured['collected_at'][:10]})" for one in matches[:_LISTED])
        url = on_one_line(matches[0].url)
        raise DocumentUnreadable(name, f"{url} was captured {len(matches)} times in it. Give a record's id: {ids}")
    return matches[0]


def _listed(candidates: list[_Candidate]) -> str:
    urls = list(dict.fromkeys(on_one_line(one.url) for one in candidates))
    more = f" and {len(urls) - _LISTED} more" if len(urls) > _LISTED else ""
    return ", ".join(urls[:_LISTED]) + more


def _payload(contents: Sequence[bytes], chosen: _Candidate, name: str) -> tuple[bytes, str]:
    """Read the bytes of a record's document, check its digests, and return a remark if it was cut short when captured."""
    for number, one in enumerate(_records(contents, name, check=True)):
        if number != chosen.number:
            continue
        raw = one.raw_stream.read(MAXIMUM_BYTES + 1)
        if len(raw) > MAXIMUM_BYTES:
            raise DocumentUnreadable(name, f"{on_one_line(chosen.url)} in it is larger than {MAXIMUM_BYTES // 1_000_000} MB")
        if getattr(one.raw_stream, "limit", 0):
            raise DocumentUnreadable(
                name, f"{on_one_line(chosen.url)} in it is cut short. Get it again, or archive the page's text"
            )
        problems = " ".join(map(str, one.digest_checker.problems))
        if "block digest failed" in problems:
            raise DocumentUnreadable(name, f"{on_one_line(chosen.url)} in it does not have its digest. Get it again")
        answer = one.http_headers
        cut = one.rec_headers.get_header("WARC-Truncated")
        try:
            names = ("Transfer-Encoding", "Content-Encoding")
            transfer, coding = ((answer.get_header(name) or "") if answer else "" for name in names)
            return undone(raw, transfer, coding), f" (cut short when captured: {on_one_line(cut)})" if cut else ""
        except CodingRefused as error:
            raise DocumentUnreadable(name, f"{on_one_line(chosen.url)} in it {error}. Archive the page's text") from None
    raise DocumentUnreadable(name, "its records changed while it was read. Try again")
