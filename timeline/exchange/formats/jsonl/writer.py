"""The bundle: the log itself as JSON Lines, which appended to an empty timeline gives the same streams, versions, types and data.

Owns how events become entries again, a large document in parts before its source. What was redacted is not there, and neither is
what cannot stand without it, which is told; who recorded an event and when is the log's own to say, and is new in another log.
"""

import json
import sqlite3
import unicodedata
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

from timeline import fields
from timeline.exchange.exporting.format import About, Format, Told
from timeline.exchange.text.json_stream import dumps
from timeline.reading.records import Happening

Statement = dict[str, Any]
GIVEN: Final = "given as text"  # the extractor of a text that was given as such
LONGEST: Final = 16_000_000  # bytes of a line that a bundle may have
PART: Final = 1_200_000  # characters of a text, and bytes threefold, that a line holds: at most 12 MB of what it may have
UNKNOWN: Final = "application/octet-stream"
NAMELESS: Final = "(redacted)"  # the title of a source of which only the document is there
LONG: Final = 200_000  # characters; whether words stand twice in a longer text is not looked for: their place is always told
_DERIVED: Final = ("citations", "instant")
_SAID: Final = "type <> 'EventRedacted'"
_OF_STREAMS: Final = f"""
SELECT stream, type, data FROM events WHERE {_SAID} AND position IN (
    SELECT position FROM events WHERE stream IN (SELECT value FROM json_each(?))
) ORDER BY position
"""
_DOCUMENT: Final = "SELECT bytes FROM documents WHERE sha256 = ?"


def write_log(connection: sqlite3.Connection, ids: Sequence[str] | None, told: Told) -> Iterator[str]:
    """Write the whole streams of these happenings, or of all, with the sources they cite and the happenings they refer to.

    In the order of the log. `told` is told what is left out.
    """
    work = _Work(connection, None if ids is None else _streams(connection, ids), told)
    for entry in work.entries():
        line = dumps(entry) + "\n"
        if len(line) > LONGEST // 4 and len(line.encode()) > LONGEST:
            told(f"{next(iter(entry.values()))}: its line is longer than {LONGEST // 1_000_000} MB, which a bundle may not have")
        yield line


def write(happenings: Iterable[Happening], about: About) -> Iterator[str]:
    """Write the happenings alone, as they now stand, for a log in which their sources are archived already."""
    for happening in happenings:
        said: dict[str, Any] = {"id": happening.id, "title": happening.title, "date": happening.date}
        said |= {field: value for field in fields.TEXTS[1:] if (value := getattr(happening, field)) is not None}
        if happening.actors:
            said["actors"] = [{"name": name, "role": role} if role else {"name": name} for name, role in happening.actors]
        if happening.tags:
            said["tags"] = list(happening.tags)
        if happening.related:
            said["related"] = [{"other": other, "relation": relation} for other, relation in happening.related]
        said["citations"] = [
            {field: value for field in fields.CITATION[1:] if (value := getattr(quotation, field)) is not None}
            | {"source": quotation.source.id}
            for quotation in happening.quotations
        ]
        yield dumps({"happening": said}) + "\n"


class _Work:
    """One log on its way out. Where nothing was redacted, no more of it is held than which streams have begun."""

    def __init__(self, connection: sqlite3.Connection, streams: set[str] | None, told: Told) -> None:
        self.connection = connection
        self.streams = streams
        self.told = told
        self.begun: set[str] = set()
        self.stands: dict[str, Statement] = {}  # what each stream says so far, where something was redacted
        self.left_out: dict[str, None] = {}
        (redacted,) = connection.execute("SELECT count(*) FROM events WHERE type = 'EventRedacted'").fetchone()
        self.careful = redacted > 0
        self.kept = self._kept() if self.careful else {}
        self.gone = self._gone() if self.careful else set()
        self._document = lru_cache(maxsize=8)(self._read_document)
        self._text = lru_cache(maxsize=8)(self._read_text)

    def entries(self) -> Iterator[dict[str, Any]]:
        """Make the entries, in the order of the log."""
        passed_over = 0
        for stream, type, text in self._events():
            if stream in self.gone:
                continue
            if text is None:
                passed_over += 1
                if stream.startswith("source/") and stream not in self.begun:
                    yield from self._source(stream, self._first(stream) or self._nameless(stream))  # so that others can cite it
                continue
            data = json.loads(text)
            if stream.startswith("source/"):
                yield from self._source(stream, data)
            else:
                yield from self._happening(stream, type, data)
        if passed_over:
            self.told(f"{passed_over:,} redacted events are left out; versions after them count one less for each")
        for stream in sorted(self.gone if self.streams is None else self.gone & self.streams):
            self.told(f"{stream}: was redacted, or rests on what was, and is left out")
        for line in self.left_out:
            self.told(line)

    def _events(self) -> Iterator[tuple[str, str, str | None]]:
        """Read the events of the streams, or all, in the order of the log; of a few, the rest of the log is not read."""
        if self.streams is None:
            return self.connection.execute(f"SELECT stream, type, data FROM events WHERE {_SAID} ORDER BY position")
        return self.connection.execute(_OF_STREAMS, (json.dumps(sorted(self.streams)),))

    def _source(self, stream: str, data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        statement, id = data["statement"], stream.partition("/")[2]
        if stream in self.begun:
            yield from self._correction(stream, {"correct_source": id}, data, statement)
            return
        self.begun.add(stream)
        if self.careful:
            self.stands[stream] = statement
        said: dict[str, Any] = {"id": id, **{field: statement[field] for field in fields.BIBLIOGRAPHY if field in statement}}
        said["media_type"] = statement["media_type"]
        content, text = self._document(statement["sha256"]), self._document(statement["text_sha256"]).decode()
        if statement["extractor"] != GIVEN or content != text.encode():
            said["extractor"] = statement["extractor"]
            for start in range(0, len(content) - 3 * PART, 3 * PART):
                yield {"part": {"base64": b64encode(content[start : start + 3 * PART]).decode()}}
            said["base64"] = b64encode(content[_rest(len(content), 3 * PART) :]).decode()
        for start in range(0, len(text) - PART, PART):
            yield {"part": {"text": text[start : start + PART]}}
        said["text"] = text[_rest(len(text), PART) :]
        yield {"source": said}

    def _happening(self, stream: str, type: str, data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        id = stream.partition("/")[2]
        statement = self._pruned(stream, data["statement"]) if self.careful else data["statement"]
        if not statement["citations"]:
            self.left_out[f"{stream}: a version cites only what was redacted, and is left out"] = None
            return
        if stream not in self.begun:
            self.begun.add(stream)
            said = {field: value for field, value in statement.items() if field not in _DERIVED}
            yield {"happening": {"id": id, **said, "citations": self._citations(statement)}}
        elif type == "HappeningCorrected":
            yield from self._correction(stream, {"correct": id}, data, statement)
        if self.careful:
            self.stands[stream] = statement
        if type == "HappeningRetracted":
            instead = data.get("superseded_by")
            if instead is not None and f"happening/{instead}" in self.gone:
                instead = None
            yield {"retract": id, "reason": data["reason"], **({"superseded_by": instead} if instead else {})}

    def _correction(
        self, stream: str, verb: dict[str, str], data: Mapping[str, Any], statement: Statement
    ) -> Iterator[dict[str, Any]]:
        """Make the same changes again; after what was redacted, all those that lead to the statement."""
        fields = list(data.get("changes") or {})
        if self.careful:
            before = self.stands[stream]
            other = sorted(field for field in before.keys() | statement.keys() if before.get(field) != statement.get(field))
            if not other:
                return
            fields += [field for field in other if field not in (*fields, "instant")]
            self.stands[stream] = statement
        changes = {field: self._citations(statement) if field == "citations" else statement.get(field) for field in fields}
        yield {**verb, "reason": data["reason"], **changes}

    def _citations(self, statement: Statement) -> list[dict[str, Any]]:
        return [self._citation(citation) for citation in statement["citations"]]

    def _citation(self, citation: Mapping[str, Any]) -> dict[str, Any]:
        """Cite again; with the place, where the same letters may stand in the same surroundings elsewhere in the source."""
        said = {field: citation[field] for field in fields.CITATION if field in citation}
        text = self._text(citation["source"])
        words = _letters(f"{citation['prefix']}{citation['quote']}{citation['suffix']}")
        first = text.find(words)
        if not words or first < 0 or text.find(words, first + 1) >= 0:
            said["start_char"] = citation["start_char"]
        return said

    def _pruned(self, stream: str, statement: Statement) -> Statement:
        """Leave out of a statement what refers to something that is not there any more."""
        kept = {**statement, "citations": [one for one in statement["citations"] if f"source/{one['source']}" not in self.gone]}
        if "related" in kept:
            kept["related"] = [tie for tie in kept["related"] if f"happening/{tie['other']}" not in self.gone]
            if not kept["related"]:
                del kept["related"]
        if f"happening/{kept.get('part_of')}" in self.gone:
            del kept["part_of"]
        if kept != statement:
            self.left_out[f"{stream}: what it said of something that was redacted is left out"] = None
        return kept

    def _nameless(self, stream: str) -> Mapping[str, Any]:
        """Stand for a source of which all that was said is redacted, while its document is there."""
        self.told(f'{stream}: what was said of it was redacted; its document is there, and its title "{NAMELESS}"')
        sha256, text_sha256 = self.kept[stream]
        same = self._document(sha256) == self._document(text_sha256)
        kind = {"media_type": "text/plain", "extractor": GIVEN} if same else {"media_type": UNKNOWN, "extractor": NAMELESS}
        return {"statement": {"title": NAMELESS, **kind, "sha256": sha256, "text_sha256": text_sha256}}

    def _first(self, stream: str) -> Mapping[str, Any] | None:
        """Read the first event of a stream that was not redacted; None where there is none."""
        row = self.connection.execute(
            f"SELECT data FROM events WHERE stream = ? AND {_SAID} AND data IS NOT NULL ORDER BY version LIMIT 1", (stream,)
        ).fetchone()
        said: dict[str, Any] | None = json.loads(row[0]) if row else None
        return said

    def _kept(self) -> dict[str, tuple[str, str]]:
        """Give the hashes of the documents that are there of sources of which all that was said is redacted."""
        rows = self.connection.execute(
            "SELECT DISTINCT stream, json_extract(data, '$.kept.sha256'), json_extract(data, '$.kept.text_sha256') FROM events"
            " WHERE type = 'EventRedacted' AND json_extract(data, '$.kept.sha256') IN (SELECT sha256 FROM documents)"
            " AND json_extract(data, '$.kept.text_sha256') IN (SELECT sha256 FROM documents) AND stream NOT IN"
            f" (SELECT stream FROM events WHERE {_SAID} AND data IS NOT NULL)"
        )
        return {stream: (sha256, text_sha256) for stream, sha256, text_sha256 in rows}

    def _gone(self) -> set[str]:
        """Name the streams that cannot be exported, because of redactions."""
        gone = {
            stream
            for (stream,) in self.connection.execute(
                f"SELECT stream FROM events WHERE {_SAID} GROUP BY stream HAVING count(data) = 0"
                " UNION SELECT stream FROM events WHERE type IN ('SourceArchived', 'SourceCorrected') AND data IS NOT NULL"
                " AND (NOT EXISTS (SELECT 1 FROM documents WHERE sha256 = json_extract(data, '$.statement.sha256'))"
                " OR NOT EXISTS (SELECT 1 FROM documents WHERE sha256 = json_extract(data, '$.statement.text_sha256')))"
            )
        } - self.kept.keys()
        citing: dict[str, bool] = {}  # whether any version of a happening still cites something
        for stream, source in self.connection.execute(
            "SELECT stream, json_extract(said.value, '$.source')"
            " FROM events, json_each(events.data, '$.statement.citations') AS said"
        ):
            citing[stream] = citing.get(stream, False) or f"source/{source}" not in gone
        return gone | {stream for stream, cites in citing.items() if not cites}

    def _read_document(self, sha256: str) -> bytes:
        row = self.connection.execute(_DOCUMENT, (sha256,)).fetchone()
        return bytes(row[0])

    def _read_text(self, source: str) -> str:
        """Give the letters of a source's text; of a long one none."""
        stream = f"source/{source}"
        first = self._first(stream)
        text = self._document(first["statement"]["text_sha256"] if first else self.kept[stream][1]).decode()
        return _letters(text) if len(text) <= LONG else ""


def _letters(text: str) -> str:
    """Fold more than any grade does, so that words which stand twice at some grade stand twice in this."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", text).lower()))


def _rest(length: int, size: int) -> int:
    """Tell where the last part of a length begins."""
    return max(0, length - 1) // size * size


def _streams(connection: sqlite3.Connection, ids: Sequence[str]) -> set[str]:
    """Name the streams of happenings, of all that they refer to in any version, and of the sources that those cite."""
    found, wanted = set[str](), {f"happening/{id}" for id in ids}
    while wanted:
        found |= wanted
        rows = connection.execute(
            "SELECT data FROM events WHERE data IS NOT NULL AND stream IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(wanted)),),
        )
        wanted = {stream for (text,) in rows for stream in _named(json.loads(text))} - found
    return found


def _named(data: Mapping[str, Any]) -> Iterator[str]:
    """Name the streams that an event names."""
    statement = data.get("statement") or {}
    yield from (f"source/{citation['source']}" for citation in statement.get("citations") or ())
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
        "recorded_by": "is whoever appends the bundle",
    },
    write_log=write_log,
)
