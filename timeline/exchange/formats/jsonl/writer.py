"""Write the log as a bundle: JSON Lines that, appended to an empty timeline, give the same streams, versions, types and data.

Owns how events become entries again; a large document is split into parts before its source. Redacted data and whatever depends on
it are left out, and reported. The author and time of each event are not exported: another log records its own. So reviews are left
out too, and reported: appending a bundle is not reviewing what it holds.
"""

import json
import sqlite3
import unicodedata
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from timeline import fields
from timeline.documents import extractors, fragments, images
from timeline.errors import DatabaseRefused
from timeline.exchange.exporting.format import About, Format, Report
from timeline.exchange.text.json_stream import dumps, filled
from timeline.reading.records import Happening

Statement = dict[str, Any]
LONGEST: Final = 16_000_000  # bytes of a line in a bundle
PART: Final = 1_200_000  # characters of text on a line, or a third of the bytes of a document: at most 12 MB as JSON
UNKNOWN: Final = "application/octet-stream"
NAMELESS: Final = "(redacted)"  # the title of a source of which only the document is left
LONG: Final = 200_000  # characters: a longer text is not searched for repeated words, and citations always have their place
_DERIVED: Final = ("citations", "instant")
_RECORDED: Final = f"type NOT IN {fields.WITHOUT_STATEMENT}"
_OF_STREAMS: Final = f"""
SELECT stream, type, data FROM events WHERE {_RECORDED} AND position IN (
    SELECT position FROM events WHERE stream IN (SELECT value FROM json_each(?))
) ORDER BY position
"""
_DOCUMENT: Final = "SELECT bytes FROM documents WHERE sha256 = ?"


def write_log(connection: sqlite3.Connection, ids: Sequence[str] | None, report: Report) -> Iterator[str]:
    """Write the whole streams of these happenings, or of all, with the sources they cite and the happenings they refer to.

    Writes in the order of the log. Calls `report` for everything left out. Raises DatabaseRefused if documents are withheld.
    """
    try:
        (withheld,) = connection.execute("SELECT count(*) FROM withheld").fetchone()
    except sqlite3.OperationalError:  # the read tables are of an earlier version, which withheld nothing
        withheld = 0
    if withheld:
        reason = f"its publisher withholds {withheld:,} documents or texts, and a bundle needs them all. Export another format"
        raise DatabaseRefused("the timeline", reason)
    return _lines(connection, ids, report)


def _lines(connection: sqlite3.Connection, ids: Sequence[str] | None, report: Report) -> Iterator[str]:
    export = _LogExport(connection, None if ids is None else _streams(connection, ids), report)
    for entry in export.entries():
        line = dumps(entry) + "\n"
        if len(line) > LONGEST // 4 and len(line.encode()) > LONGEST:
            report(f"{next(iter(entry.values()))}: its line is longer than {LONGEST // 1_000_000} MB, the limit of a bundle")
        yield line


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the current versions of the happenings alone, for a log that already has their sources."""
    for happening in happenings:
        entry: dict[str, Any] = {"id": happening.id, "title": happening.title, "date": happening.date}
        entry |= {field: value for field in fields.TEXTS[1:] if (value := getattr(happening, field)) is not None}
        if happening.actors:
            entry["actors"] = [{"name": name, "role": role} if role else {"name": name} for name, role in happening.actors]
        if happening.tags:
            entry["tags"] = list(happening.tags)
        if happening.related:
            entry["related"] = [{"other": other, "relation": relation} for other, relation in happening.related]
        if happening.media:
            entry["media"] = [
                {"source": picture.source.id, **filled({name: getattr(picture, name) for name in fields.PICTURE[1:]})}
                for picture in happening.media
            ]
        entry["citations"] = [
            {field: value for field in fields.CITATION[1:] if (value := getattr(quotation, field)) is not None}
            | {"source": quotation.source.id}
            for quotation in happening.quotations
        ]
        yield dumps({"happening": entry}) + "\n"


class _LogExport:
    """The export of one log. If nothing was redacted, it only remembers which streams have begun."""

    def __init__(self, connection: sqlite3.Connection, streams: set[str] | None, report: Report) -> None:
        self.connection = connection
        self.streams = streams
        self.report = report
        self.begun: set[str] = set()
        self.statements: dict[str, Statement] = {}  # the last exported statement of each stream, if anything was redacted
        self.left_out: dict[str, None] = {}
        (redacted,) = connection.execute("SELECT count(*) FROM events WHERE type = 'EventRedacted'").fetchone()
        self.has_redactions = redacted > 0
        self.bare_documents = self._bare_documents() if self.has_redactions else {}
        self.gone = self._redacted_streams() if self.has_redactions else set()
        self._document = lru_cache(maxsize=8)(self._read_document)
        self._text = lru_cache(maxsize=8)(self._read_text)

    def entries(self) -> Iterator[dict[str, Any]]:
        """Yield the entries in the order of the log."""
        skipped = 0
        for stream, type, text in self._events():
            if stream in self.gone:
                continue
            if text is None:
                skipped += 1
                if stream.startswith("source/") and stream not in self.begun:
                    yield from self._source(stream, self._first(stream) or self._nameless(stream))  # so that others can cite it
                continue
            data = json.loads(text)
            if stream.startswith("source/"):
                yield from self._source(stream, data)
            else:
                yield from self._happening(stream, type, data)
        if skipped:
            self.report(f"{skipped:,} redacted events are left out; the number of each later version is lower by one for each")
        if reviews := self._count_reviews():
            lower = "; the number of each later version is lower by one for each"
            self.report(f"{reviews:,} review{'' if reviews == 1 else 's'} left out: only the reviewer can record one{lower}")
        for stream in sorted(self.gone if self.streams is None else self.gone & self.streams):
            self.report(f"{stream}: was redacted, or depends on redacted data, and is left out")
        for line in self.left_out:
            self.report(line)

    def _events(self) -> Iterator[tuple[str, str, str | None]]:
        """Read the events of the streams, or all, in the order of the log. Does not read the events of other streams."""
        if self.streams is None:
            return self.connection.execute(f"SELECT stream, type, data FROM events WHERE {_RECORDED} ORDER BY position")
        return self.connection.execute(_OF_STREAMS, (json.dumps(sorted(self.streams)),))

    def _count_reviews(self) -> int:
        within = "" if self.streams is None else " AND stream IN (SELECT value FROM json_each(?))"
        values = () if self.streams is None else (json.dumps(sorted(self.streams)),)
        sql = f"SELECT count(*) FROM events WHERE type = 'HappeningReviewed'{within}"
        return int(self.connection.execute(sql, values).fetchone()[0])

    def _source(self, stream: str, data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        statement, id = data["statement"], stream.partition("/")[2]
        if stream in self.begun:
            yield from self._correction(stream, {"correct_source": id}, data, statement)
            return
        self.begun.add(stream)
        if self.has_redactions:
            self.statements[stream] = statement
        entry: dict[str, Any] = {"id": id, **{field: statement[field] for field in fields.SOURCE if field in statement}}
        entry["media_type"] = statement["media_type"]
        content, text = self._document(statement["sha256"]), self._document(statement["text_sha256"]).decode()
        if statement["extractor"] != extractors.GIVEN or content != text.encode():
            entry["extractor"] = statement["extractor"]
            for start in range(0, len(content) - 3 * PART, 3 * PART):
                yield {"part": {"base64": b64encode(content[start : start + 3 * PART]).decode()}}
            entry["base64"] = b64encode(content[_last_part(len(content), 3 * PART) :]).decode()
        for start in range(0, len(text) - PART, PART):
            yield {"part": {"text": text[start : start + PART]}}
        entry["text"] = text[_last_part(len(text), PART) :]
        yield {"source": entry}

    def _happening(self, stream: str, type: str, data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        id = stream.partition("/")[2]
        statement = self._pruned(stream, data["statement"]) if self.has_redactions else data["statement"]
        if not statement["citations"]:
            self.left_out[f"{stream}: a version cites only redacted sources, and is left out"] = None
            return
        if stream not in self.begun:
            self.begun.add(stream)
            values = {field: value for field, value in statement.items() if field not in _DERIVED}
            yield {"happening": {"id": id, **values, "citations": self._citations(statement)}}
        elif type == "HappeningCorrected":
            yield from self._correction(stream, {"correct": id}, data, statement)
        if self.has_redactions:
            self.statements[stream] = statement
        if type == "HappeningRetracted":
            instead = data.get("superseded_by")
            if instead is not None and f"happening/{instead}" in self.gone:
                instead = None
            yield {"retract": id, "reason": data["reason"], **({"superseded_by": instead} if instead else {})}

    def _correction(
        self, stream: str, verb: dict[str, str], data: Mapping[str, Any], statement: Statement
    ) -> Iterator[dict[str, Any]]:
        """Yield the same changes. If anything was redacted, yield all differences from the last exported statement."""
        fields = list(data.get("changes") or {})
        if self.has_redactions:
            before = self.statements[stream]
            other = sorted(field for field in before.keys() | statement.keys() if before.get(field) != statement.get(field))
            if not other:
                return
            fields += [field for field in other if field not in (*fields, "instant")]
            self.statements[stream] = statement
        changes = {field: self._citations(statement) if field == "citations" else statement.get(field) for field in fields}
        yield {**verb, "reason": data["reason"], **changes}

    def _citations(self, statement: Statement) -> list[dict[str, Any]]:
        return [self._citation(citation) for citation in statement["citations"]]

    def _citation(self, citation: Mapping[str, Any]) -> dict[str, Any]:
        """Write a citation, with its place if the same words with prefix and suffix may be twice in the source."""
        entry = {field: citation[field] for field in fields.CITATION if field in citation}
        if "description" in citation:
            return entry
        text = self._text(citation["source"])
        words = _letters(f"{citation['prefix']}{citation['quote']}{citation['suffix']}")
        first = text.find(words)
        if not words or first < 0 or text.find(words, first + 1) >= 0:
            entry["start_char"] = citation["start_char"]
        return entry

    def _pruned(self, stream: str, statement: Statement) -> Statement:
        """Remove references to redacted streams from a statement."""
        pruned = {**statement, "citations": [c for c in statement["citations"] if f"source/{c['source']}" not in self.gone]}
        for name, key in (("related", "happening/{other}"), ("media", "source/{source}")):
            if name in pruned:
                pruned[name] = [one for one in pruned[name] if key.format_map(one) not in self.gone]
                if not pruned[name]:
                    del pruned[name]
        if f"happening/{pruned.get('part_of')}" in self.gone:
            del pruned["part_of"]
        if pruned != statement:
            self.left_out[f"{stream}: its references to redacted events are left out"] = None
        return pruned

    def _nameless(self, stream: str) -> Mapping[str, Any]:
        """Make an event for a source whose description was redacted, but whose document is still there."""
        self.report(f'{stream}: its description was redacted; its document is there, with the title "{NAMELESS}"')
        sha256, text_sha256 = self.bare_documents[stream]
        content, text = self._document(sha256), self._document(text_sha256)
        kind = (UNKNOWN, NAMELESS) if content != text else ("text/plain", extractors.GIVEN)
        if not text:
            kind = (images.media_type(content) or UNKNOWN, extractors.PICTURE)
            if recording := fragments.recording_type(content):
                kind = (recording, extractors.RECORDING)
        media_type, extractor = kind
        document = {"media_type": media_type, "extractor": extractor, "sha256": sha256, "text_sha256": text_sha256}
        return {"statement": {"title": NAMELESS, **document}}

    def _first(self, stream: str) -> Mapping[str, Any] | None:
        """Read the first event of a stream that was not redacted. Return None if there is none."""
        row = self.connection.execute(
            f"SELECT data FROM events WHERE stream = ? AND {_RECORDED} AND data IS NOT NULL ORDER BY version LIMIT 1", (stream,)
        ).fetchone()
        data: dict[str, Any] | None = json.loads(row[0]) if row else None
        return data

    def _bare_documents(self) -> dict[str, tuple[str, str]]:
        """Return the hashes of document and text for each source whose description was redacted, but whose document was not."""
        rows = self.connection.execute(
            "SELECT DISTINCT stream, json_extract(data, '$.kept.sha256'), json_extract(data, '$.kept.text_sha256') FROM events"
            " WHERE type = 'EventRedacted' AND json_extract(data, '$.kept.sha256') IN (SELECT sha256 FROM documents)"
            " AND json_extract(data, '$.kept.text_sha256') IN (SELECT sha256 FROM documents) AND stream NOT IN"
            f" (SELECT stream FROM events WHERE {_RECORDED} AND data IS NOT NULL)"
        )
        return {stream: (sha256, text_sha256) for stream, sha256, text_sha256 in rows}

    def _redacted_streams(self) -> set[str]:
        """Return the streams that cannot be exported because of redactions."""
        redacted = {
            stream
            for (stream,) in self.connection.execute(
                f"SELECT stream FROM events WHERE {_RECORDED} GROUP BY stream HAVING count(data) = 0"
                " UNION SELECT stream FROM events WHERE type IN ('SourceArchived', 'SourceCorrected') AND data IS NOT NULL"
                " AND (NOT EXISTS (SELECT 1 FROM documents WHERE sha256 = json_extract(data, '$.statement.sha256'))"
                " OR NOT EXISTS (SELECT 1 FROM documents WHERE sha256 = json_extract(data, '$.statement.text_sha256')))"
            )
        } - self.bare_documents.keys()
        citing: dict[str, bool] = {}  # whether any version of a happening still cites something
        for stream, source in self.connection.execute(
            "SELECT stream, json_extract(citation.value, '$.source')"
            " FROM events, json_each(events.data, '$.statement.citations') AS citation"
        ):
            citing[stream] = citing.get(stream, False) or f"source/{source}" not in redacted
        return redacted | {stream for stream, cites in citing.items() if not cites}

    def _read_document(self, sha256: str) -> bytes:
        row = self.connection.execute(_DOCUMENT, (sha256,)).fetchone()
        return bytes(row[0])

    def _read_text(self, source: str) -> str:
        """Return the folded letters of a source's text, or "" if it is long."""
        stream = f"source/{source}"
        first = self._first(stream)
        text = self._document(first["statement"]["text_sha256"] if first else self.bare_documents[stream][1]).decode()
        return _letters(text) if len(text) <= LONG else ""


def _letters(text: str) -> str:
    """Fold a text more than any grade does: words that are in it twice at some grade are twice in the result."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text).lower()))


def _last_part(length: int, size: int) -> int:
    """Return where the last part of a length begins."""
    return max(0, length - 1) // size * size


def _streams(connection: sqlite3.Connection, ids: Sequence[str]) -> set[str]:
    """Return the streams of happenings, of all that they refer to in any version, and of the sources that those cite."""
    streams, wanted = set[str](), {f"happening/{id}" for id in ids}
    while wanted:
        streams |= wanted
        rows = connection.execute(
            "SELECT data FROM events WHERE data IS NOT NULL AND stream IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(wanted)),),
        )
        wanted = {stream for (text,) in rows for stream in _references(json.loads(text))} - streams
    return streams


def _references(data: Mapping[str, Any]) -> Iterator[str]:
    """Yield the streams to which an event refers."""
    statement = data.get("statement") or {}
    yield from (f"source/{one['source']}" for name in ("citations", "media") for one in statement.get(name) or ())
    others = [statement.get("part_of"), data.get("superseded_by"), *(tie["other"] for tie in statement.get("related") or ())]
    yield from (f"happening/{other}" for other in others if other)


FORMAT = Format(
    "jsonl",
    "JSON Lines (bundle)",
    "application/jsonl",
    ".jsonl",
    write,
    {
        "recorded_at": "is new in the log to which the bundle is appended",
        "recorded_by": "is the person who appends the bundle",
        "review": "left out: only the reviewer can record one",
    },
    write_log=write_log,
)
