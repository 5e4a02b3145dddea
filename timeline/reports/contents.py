"""Gather a report from the log: happenings with their history, the sources that they cite, a checkpoint and the proofs.

Owns which sources, events and documents belong to a report, and how its files are named. Must not write a file.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from timeline import merkle
from timeline.documents import file_claims, images, media_types
from timeline.errors import PublishingRefused
from timeline.exchange.exporting.format import About
from timeline.merkle import Checkpoint, Key, Note, Proof
from timeline.merkle.note import COSIGNATURE, ED25519
from timeline.proof import checkpoints
from timeline.proof.signing import Signed
from timeline.reading import history, sources
from timeline.reading.happenings import at_positions
from timeline.reading.history import Redaction, Version
from timeline.reading.records import PAGES, Happening, Source
from timeline.selection import time_order
from timeline.selection.snapshot import Snapshot
from timeline.timeline import Timeline

_HAPPENINGS: Final = (
    f"select id, position, {time_order.COLUMNS}, date from happenings where id in (select value from json_each(:ids))"
    f" order by {time_order.ORDER}"
)
_TEXTS: Final = "select id, text_sha256 from sources where id in (select value from json_each(:ids))"
# The picture and the PDF of an archived page name the page in `collected_from`.
_DRAWN: Final = (
    "select id from sources where (collected_from in (select 'source/' || value from json_each(:ids)) or 'source/' || id in"
    " (select collected_from from sources where id in (select value from json_each(:ids))))"
    " and (select position from events where stream = 'source/' || id and version = 1) <= :last order by id"
)
_REDACTIONS: Final = "select count(*) from events where type = 'EventRedacted'"
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST: Final = 80  # characters of an id in the name of a file
# Documents in which a browser would run scripts or load pictures from elsewhere get a second suffix, which opens them as text.
_AS_TEXT: Final = frozenset((*PAGES, "message/rfc822")) - {"application/warc", "application/wacz"}


@dataclass(frozen=True, slots=True)
class Archived:
    """A document, or its text: its hash, its file's name, and why it is not in the report; `absent` is None if it is."""

    sha256: str
    name: str
    absent: str | None
    size: int = 0


@dataclass(frozen=True, slots=True)
class CitedSource:
    """A source with its number, its history, and its document and text; these are None if the source was redacted.

    `signed` says in words that the document has a C2PA manifest.
    """

    number: int
    source: Source
    versions: Sequence[Version]
    document: Archived | None
    text: Archived | None
    signed: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A happening with its number and history; `happening` is None if the version to be shown was redacted."""

    number: int
    id: str
    happening: Happening | None
    versions: Sequence[Version]


@dataclass(frozen=True, slots=True)
class Contents:
    """A report. `stored_at` is when the timeline stored the checkpoint, as its file says; None if it did not.

    `checkpoint_given`: it is one that a person named. `checked` are its signatures by keys that a person trusts. `ots` is the
    stamp of OpenTimestamps that lay beside it.
    """

    about: About
    by: str | None
    made_at: datetime
    last: int
    note: Note
    stored_at: str | None
    checkpoint_given: bool
    checked: Sequence[Signed]
    entries: Sequence[Entry]
    sources: Sequence[CitedSource]
    redactions: dict[int, Redaction]
    proofs: dict[int, Proof]
    withheld: bool
    ots: bytes | None = None

    @property
    def checkpoint(self) -> Checkpoint:
        """The name, the size and the root of the log."""
        return Checkpoint.of(self.note)

    def proof_name(self, position: int) -> str:
        """Return the name of the file with the proof of an event."""
        event = self.proofs[position].proven.event
        kind, _, id = str(event["stream"]).partition("/")
        return f"{position}-{kind}-{_plain(id)}-version-{event['version']}.tlog-proof"


def gather(
    timeline: Timeline,
    about: About,
    ids: Iterable[str],
    more: Iterable[str] = (),
    *,
    by: str | None = None,
    note: Note | None = None,
    ots: bytes | None = None,
    trusted: Iterable[Key] = (),
    withheld: bool = False,
) -> Contents:
    """Gather a report of happenings and their sources, and of `more` sources, by their ids. The caller holds one moment of the log.

    An archived page brings its picture and its PDF, and each of these brings the page.
    Without a checkpoint, it takes the last stored one that covers all events of the report, a signed one if there is any, or else
    makes one that is not stored. `ots`: the stamp beside the file of the checkpoint. `withheld`: leave out all documents, because
    their publisher withholds them.
    Raises ProofInvalid where the log or the checkpoint does not support a proof, NoteInvalid where a trusted key has not signed.
    """
    snapshot = Snapshot(timeline.log.connection, about.as_of)
    entries = [*_entries(snapshot, ids)]
    stated = [entry.happening for entry in entries if entry.happening]
    cited = [quotation.source.id for happening in stated for quotation in happening.quotations]
    cited += [picture.source.id for happening in stated for picture in happening.media]
    named = [*dict.fromkeys([*cited, *more])]
    rows = snapshot.plain(_DRAWN, {"ids": json.dumps(named), "last": snapshot.end if about.as_of is None else about.as_of})
    described = [*_sources(snapshot, dict.fromkeys([*named, *(row["id"] for row in rows)]), withheld=withheld)]
    histories = [*(one.versions for one in entries), *(one.versions for one in described)]
    versions = [one for history_of_one in histories for one in history_of_one]
    positions = sorted(one.position for one in versions)
    last = positions[-1] if positions else 1
    checkpoint_given = note is not None
    number = None if checkpoint_given else merkle.best(snapshot.connection, last)
    stored_at = None if number is None else merkle.checkpoints(snapshot.connection, number)[0].kept_at
    note = note or checkpoints.covering(timeline.log, last)
    keys = list(trusted)
    return Contents(
        about,
        by,
        timeline.clock(),
        snapshot.end,
        note,
        stored_at,
        checkpoint_given,
        checkpoints.signed(note, keys, every=True) if keys else (),
        entries,
        described,
        history.redactions(snapshot, [one.position for one in versions if not one.data]),
        {position: timeline.prove(position, note) for position in positions},
        withheld,
        ots,
    )


@contextmanager
def one_moment(timeline: Timeline) -> Iterator[Callable[[], None]]:
    """Read the timeline as it is at one moment, while others append. Yield a function that ends the moment.

    Call it before the report is put in place: it raises PublishingRefused if an event was redacted meanwhile.
    """
    connection = timeline.log.connection
    connection.execute("BEGIN")
    before = connection.execute(_REDACTIONS).fetchone()[0]

    def end() -> None:
        connection.execute("ROLLBACK")
        if connection.execute(_REDACTIONS).fetchone()[0] != before:
            raise PublishingRefused(timeline.log.path, "an event was redacted meanwhile, and the report would show it. Repeat")

    try:
        yield end
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def signature_kind(signature: bytes) -> str:
    """Name the kind of a signature by its form: that of the log, of a witness, or a time stamp."""
    return {64: "a signature", 72: "a witness's signature"}.get(len(signature), "a time stamp")


def key_kind(key: Key) -> str:
    """Name the kind of the signatures of a key."""
    return {ED25519: "a signature", COSIGNATURE: "a witness's signature"}.get(key.type, "a time stamp")


def _entries(snapshot: Snapshot, ids: Iterable[str]) -> Iterator[Entry]:
    rows = snapshot.rows(_HAPPENINGS, {"ids": json.dumps(sorted(set(ids)))})
    happenings = {one.id: one for one in at_positions(snapshot.connection, [row["position"] for row in rows], as_of=snapshot.as_of)}
    for number, row in enumerate(rows, start=1):
        yield Entry(number, row["id"], happenings.get(row["id"]), _versions(snapshot, f"happening/{row['id']}"))


def _sources(snapshot: Snapshot, ids: Iterable[str], *, withheld: bool) -> Iterator[CitedSource]:
    ordered = list(ids)
    records = sources.by_id(snapshot, ordered, heads=True)
    rows = snapshot.plain(_TEXTS, {"ids": json.dumps(ordered)})
    texts: dict[str, str | None] = {row["id"]: row["text_sha256"] for row in rows}
    for number, id in enumerate(ordered, start=1):
        source, stem = records.get(id) or Source(id, None), f"{number}-{_plain(id)}"
        versions = _versions(snapshot, f"source/{id}")
        stated = {} if source.title is None else next((one.statement for one in reversed(versions) if one.statement), {})
        document = text = None
        if (sha256 := source.sha256 or stated.get("sha256")) is not None:  # a record may outlast its document
            document = _archived(snapshot.connection, sha256, f"originals/{stem}{_suffix(source)}", withheld=withheld)
            if (hash_ := texts.get(id) or stated.get("text_sha256")) not in (None, images.NO_TEXT):
                text = _archived(snapshot.connection, str(hash_), f"texts/{stem}.txt", withheld=withheld)
        yield CitedSource(number, source, versions, document, text, _signed(snapshot.connection, source, document))


def _versions(snapshot: Snapshot, stream: str) -> list[Version]:
    """Read the versions of a stream that were known, and its redactions even if they came later: their words are gone."""
    every = history.versions(snapshot, stream)
    return [one for one in every if snapshot.as_of is None or one.position <= snapshot.as_of or one.redacts is not None]


def _archived(connection: sqlite3.Connection, sha256: str, name: str, *, withheld: bool) -> Archived:
    row = connection.execute("SELECT length(bytes) FROM documents WHERE sha256 = ?", (sha256,)).fetchone()
    if withheld or connection.execute("SELECT 1 FROM withheld WHERE sha256 = ?", (sha256,)).fetchone():
        return Archived(sha256, name, "its publisher withholds it")
    if row is not None:
        return Archived(sha256, name, None, row[0])
    redacted = history.redaction_of_document(Snapshot(connection), sha256)
    return Archived(sha256, name, "it was redacted" if redacted else "it is not in the timeline's file")


def _signed(connection: sqlite3.Connection, source: Source, document: Archived | None) -> str | None:
    """Say whether a picture or recording has a C2PA manifest. Little of the file is read."""
    if document is None or document.absent or not (source.media_type or "").startswith(("image/", "video/", "audio/")):
        return None
    row = connection.execute("SELECT rowid FROM documents WHERE sha256 = ?", (document.sha256,)).fetchone()
    with connection.blobopen("documents", "bytes", row[0], readonly=True) as blob:

        def read(start: int, length: int) -> bytes:
            if not 0 <= start < len(blob) or length < 0:
                return b""
            blob.seek(start)
            return blob.read(length)

        return file_claims.of(read).signed


def _suffix(source: Source) -> str:
    """Return the suffix of a document's file."""
    suffix = media_types.suffix(source.media_type)
    return f"{suffix}.txt" if media_types.plain(source.media_type) in _AS_TEXT else suffix


def _plain(id: str) -> str:
    """Return an id as a part of a file's name. A number before it makes the name unique."""
    return _UNSAFE.sub("-", id)[:_LONGEST].strip("-.") or "unnamed"
