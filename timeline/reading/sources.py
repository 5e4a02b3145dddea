"""Read sources from the read tables, now or as of a position.

Must not choose among them, nor draw anything.
"""

import json
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Final, NamedTuple

from timeline import fields
from timeline.reading.records import HEAD, Source, Step
from timeline.selection import sources
from timeline.selection.snapshot import Snapshot
from timeline.selection.sources import SourceQuery

_BY_ID: Final = (
    "select id, title, publisher, author, published, url, language, media_type, iif(title is null, null, sha256),"
    f" archived_at, null, extractor, {', '.join(fields.COLLECTION)}, custody, text_sha256"
    " from sources where id in (select value from json_each(:ids))"
)
_TABLES: Final = ("text/csv", "text/tab-separated-values")


class ListedSource(NamedTuple):
    """A source: the position of its latest event, the length of its text, and the number of current happenings that cite it."""

    id: str
    position: int
    characters: int | None
    happenings: int


def listed(snapshot: Snapshot, id: str | None = None) -> Iterator[ListedSource]:
    """Yield the sources in order of their ids, or one of them."""
    counts = sources.resting(snapshot)
    for row in sorted(sources.every(snapshot, SourceQuery()), key=lambda row: str(row["id"])):
        if id in (None, row["id"]):
            yield ListedSource(row["id"], row["position"], row["characters"], counts.get(row["id"], 0))


def by_id(snapshot: Snapshot, ids: Collection[str], *, heads: bool = False) -> dict[str, Source]:
    """Read the known sources with these ids. `heads`: also read the beginning of the text of tables."""
    if not ids:
        return {}
    known = {}
    for *values, custody, text_sha256 in snapshot.rows(_BY_ID, {"ids": json.dumps(sorted(ids))}):
        source = replace(Source(*values), custody=steps(custody))
        if heads and source.media_type in _TABLES:
            source = replace(source, head=_head(snapshot.connection, text_sha256))
        known[source.id] = source
    return known


def steps(custody: str | None) -> tuple[Step, ...]:
    """Read the steps in the custody of a source from their JSON; none if that was tampered with."""
    try:
        return tuple(Step(step.get("when"), step.get("who"), str(step["what"])) for step in json.loads(custody or "[]"))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return ()


def _head(connection: sqlite3.Connection, text_sha256: str) -> str | None:
    """Read the beginning of a text without the rest; None if the text is missing."""
    row = connection.execute("SELECT rowid FROM documents WHERE sha256 = ?", (text_sha256,)).fetchone()
    if row is None:
        return None
    with connection.blobopen("documents", "bytes", row[0], readonly=True) as text:
        return text.read(4 * HEAD).decode(errors="ignore")[:HEAD]  # at most four bytes each
