"""The entries of a request, with their documents, as a bundle to append.

Owns how a body is read as entries, and which document an entry names: one that came with the request, never a file of this server
nor an address. Must not append, nor judge an entry.
"""

from __future__ import annotations

import mmap
import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final, Self

from timeline import capture
from timeline.bundles import json_lines
from timeline.bundles.entry import Entry, Placed
from timeline.bundles.reading import BYTES, holds
from timeline.desk import request_body
from timeline.desk.refusals import Refused
from timeline.errors import Fault

NAME: Final = Path("this request")  # in messages
MULTIPART: Final = "multipart/form-data"
LINES: Final = frozenset(
    ("application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines", "application/jsonlines")
)
_ENTRIES: Final = ("entry", "entries")
_TOKEN: Final = "csrftoken"  # noqa: S105 - the name of a field
_UNNAMED: Final = (
    "is not among the documents of this request. Send it as a part of that name (multipart), or its bytes in base64; no file of the"
    " server is read, and no address fetched"
)
_PIECE: Final = 1 << 20  # bytes that are copied at a time
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")


def takes_long(body: BinaryIO, content_type: str) -> bool:
    """Whether a body may take long to read: a large one, or one with a document."""
    if content_type.strip().lower().startswith(MULTIPART) or request_body.is_large(body):
        return True
    with request_body.viewed(body) as view:
        return holds(view, BYTES)


class NotPermitted(Exception):
    """An entry needs a permission that the actor lacks; `review` says which of the two."""

    def __init__(self, *, review: bool) -> None:
        super().__init__()
        self.review = review


class RequestEntries:
    """The entries of one request (a `Bundle`). Documents are put into a folder of their own, which `close` removes."""

    path = NAME

    def __init__(self, body: BinaryIO, content_type: str, *, appends: bool, reviews: bool) -> None:
        """Begin. `appends` and `reviews`: which entries the actor may send."""
        self.appends, self.reviews = appends, reviews
        self.folder = NAME  # until a document comes
        self._body, self._content_type = body, content_type
        self._size, self._whole = 0, True
        self._held: TemporaryDirectory[str] | None = None
        self.names: dict[str, str] = {}  # how the request calls the document at a path
        self.sent: dict[str, str] = {}  # the path of each document that came as a part, by its name, as an entry has it
        self._used: set[str] = set()
        self._decoded: dict[int, str] = {}  # by the number of their entry

    def __enter__(self) -> Self:
        """Read the body, and put its documents into files. Raises Refused."""
        try:
            self._open(self._content_type.partition(";")[0].strip().lower())
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._held is not None:
            self._held.cleanup()

    def _open(self, kind: str) -> None:
        with request_body.viewed(self._body) as view:
            content = view
            if kind == MULTIPART or holds(view, BYTES):
                self._held = TemporaryDirectory(prefix="timeline-request-")
                self.folder = Path(self._held.name)
            if kind == MULTIPART:
                content, kind = self._parts(view, request_body.boundary(self._content_type))
            if not isinstance(content, mmap.mmap):
                self._body = BytesIO(content)
            self._size = len(content)
            self._whole = kind not in LINES and self._is_one_value(content)

    def _parts(self, view: bytes | mmap.mmap, between: bytes) -> tuple[bytes, str]:
        """Put the documents into files; return the entries and their media type."""
        entries: request_body.Part | None = None
        by_part: dict[str, list[str]] = {}
        for part in request_body.parts(view, between):
            if part.name in _ENTRIES:
                if entries is not None:
                    raise Refused(400, 'two parts of the request hold entries. Send one, "entries", as JSON Lines')
                entries = part
            elif part.name != _TOKEN or part.file:
                name = part.file or part.name
                if (named := str(self.folder / name)) in self.sent:
                    raise Refused(400, f'two documents of the request are called "{name[:100]}". Give each a name of its own')
                self.sent[named] = self._put(name, view, part.start, part.end)
                by_part.setdefault(str(self.folder / part.name), []).append(self.sent[named])
        if entries is None:
            raise Refused(400, 'no part of the request is called "entry" or "entries". Send the entries in one, as JSON Lines')
        for name, paths in by_part.items():
            if len(paths) == 1:
                self.sent.setdefault(name, paths[0])
        return view[entries.start : entries.end], entries.content_type

    def _put(self, name: str, content: bytes | mmap.mmap, start: int, end: int) -> str:
        path = self.folder / f"{len(self.names) + 1}-{_UNSAFE.sub('-', name)[-60:].lstrip('-.') or 'document'}"
        with path.open("xb") as file:
            for at in range(start, end, _PIECE):
                file.write(content[at : min(at + _PIECE, end)])
        self.names[str(path)] = name
        return str(path)

    @staticmethod
    def _is_one_value(view: bytes | mmap.mmap) -> bool:
        """Whether the body is one JSON value and not JSON Lines. Raises Refused if it is neither."""
        if len(view) > json_lines.LONGEST_LINE:
            return False
        try:
            text = bytes(view).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise Refused(400, f"the body is not UTF-8, at byte {error.start + 1}. Send JSON in UTF-8") from None
        if not text.strip():
            raise Refused(400, 'the body is empty. Send an entry, such as {"happening": {"id": …, "title": …}}')
        try:
            json_lines.parse(text)
        except ValueError as error:
            first = next(line for line in text.split("\n") if line.strip())
            with suppress(ValueError):
                if first.strip() != text.strip() and isinstance(json_lines.parse(first), dict):
                    return False
            raise Refused(400, f"the body {error}") from None
        return True

    def may_hold(self, field: bytes) -> bool:
        """Return whether an entry may have a field. Most requests have no document, and are not read once more for it."""
        if self.sent:
            return True
        with request_body.viewed(self._body) as view:
            return holds(view, field)

    def read(self) -> Iterator[Entry]:
        """Yield the entries; each call yields the same. Raises NotPermitted at one that the actor may not send, and Refused."""
        self._body.seek(0)
        if self._whole:
            read = self._of_one_value(self._body.read().decode("utf-8-sig"))
        else:
            read = json_lines.entries(self._body, self._size, self.folder, authored=False)
        for number, entry in enumerate(read, start=1):
            review = entry.verb == "review"
            if entry.verb and not (self.reviews if review else self.appends):
                raise NotPermitted(review=review)
            yield self._with_document(replace(entry, number=number, line=0 if self._whole else entry.line))
        if unused := [self.names[path] for path in self.sent.values() if path not in self._used]:
            raise Refused(
                400, f'no entry names the document "{unused[0][:100]}". Name it in the "file" of a source, or leave it out'
            )

    def _of_one_value(self, text: str) -> Iterator[Entry]:
        content, parts = json_lines.parse(text), json_lines.Parts()
        for number, one in enumerate(content if isinstance(content, list) else [content], start=1):
            yield from parts.joined(json_lines.entry_of(one), number, self.folder, 0)
        yield from parts.unfinished()

    def _with_document(self, entry: Entry) -> Entry:
        """Put the path of its document into the entry of a source, or a fault."""
        fields = dict(entry.fields)
        encoded = "base64" in fields and "text" not in fields and "extractor" not in fields
        if entry.verb != "source" or not (encoded or "file" in fields):
            return entry
        name = str(fields.pop("file", ""))
        faults = [*entry.faults]
        if encoded:
            path, fault = self._decode(entry.number, Path(name).name, fields.pop("base64"), fields.get("media_type"))
            faults += [("base64" if name or path else "file", fault)] if fault else []
        else:
            path = self.sent.get(name, "")
            faults += [] if path else [("file", _UNNAMED)]
        if path:
            fields["file"] = path
            self._used.add(path)
        content = {"source": fields} if entry.content else {}
        return replace(entry, content=content, rest={} if entry.content else fields, faults=tuple(faults))

    def _decode(self, number: int, name: str, encoded: object, media_type: object) -> tuple[str, str]:
        """Put a document that came in base64 into a file. Return its path, or the fault."""
        if number in self._decoded:
            return self._decoded[number], ""
        kinds: Mapping[str, str] = {kind: suffix for suffix, kind in reversed(capture.MEDIA_TYPES.items())}
        kind = str(media_type or "").partition(";")[0].strip().lower()
        if not name and kind not in kinds:
            return "", 'is missing. Name the document, so that its kind is known: "file": "report.pdf"'
        try:
            content = b64decode(str(encoded), validate=True)
        except (NotBase64, ValueError):
            return "", "is not base64. Encode the bytes of the document, without line ends"
        self._decoded[number] = self._put(name or f"document{kinds[kind]}", content, 0, len(content))
        return self._decoded[number], ""

    def renamed(self, message: str) -> str:
        """Return a message with the names that the request gave to its documents, in place of paths of this server."""
        for path, name in self.names.items():
            message = message.replace(path, name)
        return message.replace(f"{self.folder}/", "")

    def fault_data(self, faults: Sequence[Fault]) -> list[dict[str, Any]]:
        """Return the faults of the entries as data."""
        placed = [fault for fault in faults if isinstance(fault, Placed)]
        undecoded = {fault.entry.number for fault in placed if fault.entry and fault.name == "base64"}  # so there is no file
        return [self._fault_data(one) for one in placed if not (one.name == "file" and one.entry and one.entry.number in undecoded)]

    def _fault_data(self, fault: Placed) -> dict[str, Any]:
        entry, reason = fault.entry, self.renamed(fault.reason)
        data: dict[str, Any] = {
            "entry": entry.number if entry else None,
            "stream": entry.stream if entry and entry.verb else None,
            "field": fault.name or None,
            "message": f"{reason[:1].upper()}{reason[1:]}",
        }
        return {**data, "nearest": fault.nearest} if fault.nearest else data
