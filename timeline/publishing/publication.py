"""Publish a timeline to a folder that anyone can serve and check, or to the same folder again, where it must only add.

Owns the order: copy, verify, sign, store, replace. Nothing is signed before it is verified, or put in place before all is ready.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

from timeline import audit, authors, files, merkle, plugin_settings
from timeline.errors import PublishingRefused, TimelineError
from timeline.merkle import Checkpoint, Key, Note, StoredCheckpoint
from timeline.merkle.note import ED25519
from timeline.proof import checkpoints
from timeline.proof.signing import SigningKey
from timeline.publishing import documents as published_documents
from timeline.publishing import folder, growth_check, readme, repository, withholding
from timeline.publishing.copying import copy
from timeline.publishing.documents import Announce, Documents
from timeline.publishing.durable_files import sync, temporary_folder, write
from timeline.publishing.wheel import wheel
from timeline.timeline import Timeline

_NAMED = 5  # happenings that a refusal names


@dataclass(frozen=True, slots=True)
class Published:
    """A publication: its checkpoint, the number of events before (None: a new folder), and whether anything changed."""

    note: Note
    key: Key | None
    before: int | None
    changed: bool

    @property
    def checkpoint(self) -> Checkpoint:
        """The log's name, size and root."""
        return Checkpoint.of(self.note)


@dataclass(frozen=True, slots=True)
class PublishedSite(Published):
    """A site as it was published: its files and their bytes, and how many files were written or removed."""

    files: int
    size: int
    written: int
    removed: int


def publish(
    timeline: Timeline,
    path: Path,
    *,
    key: SigningKey | None,
    metadata: Path | None,
    advance: Callable[[int], None],
    documents: str | None = None,
    announce: Announce = lambda documents: None,
) -> Published:
    """Publish a timeline, while others append to it, to a new folder or to the one of an earlier publication.

    `documents` is what is published of them; without it, metadata.json says so. `announce` is called with the documents that would
    be public, before anything is.
    Raises PublishingRefused where the folder holds anything else, the timeline has faults, or it cannot be written; ProofInvalid
    where it does not extend the earlier publication; and what Timeline.checkpoint raises. Then the folder is unchanged.
    `advance` is called with each event twice in all.
    """
    live = timeline.log.path
    database = live.name
    repository.refuse_conflict(path)
    former = folder.read(path, database, live)
    description = described(metadata)
    if former:
        growth_check.check(timeline.log, former, key.public if key else None)
    else:
        growth_check.refuse_what_git_holds(timeline.log, path)
    with temporary_folder(path, live, parents=True) as fresh, shown_as(str(fresh / "snapshot.db"), str(live)):
        raw = fresh / "snapshot.db"
        note, signer, summary = verified_copy(
            timeline, path, raw, description, key, former.key if former else None, documents, advance
        )
        with Timeline(raw, read_only=True) as snapshot:
            copy(snapshot.log, fresh / database, path)  # a second copy, so that the same rows always give the same bytes
            _number_schema(fresh / database)
            files = {}
            if former:
                growth_check.refuse_unsigned(former, note, signer)
                note = growth_check.merged(former, note)
                files = growth_check.growth_files(snapshot.log, former, note)
        raw.unlink()
        refuse_redacted_meanwhile(timeline, note, path)
        files |= _files(database, description, note, signer, withheld=summary.choice != published_documents.ALL)
        for name, content in files.items():
            write(fresh / name, content)
        announce(summary)
        changed = folder.replace(fresh, path.resolve(), [database, *files], former)
    return Published(note, signer, former.checkpoint.size if former else None, changed)


def _number_schema(path: Path) -> None:
    """Make the number of a file's schema depend on its content alone. SQLite counts its changes, also in earlier copies."""
    with closing(sqlite3.connect(path, isolation_level=None)) as made:
        rows = made.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY rowid").fetchall()
        number = int.from_bytes(sha256(json.dumps(rows).encode()).digest()[:3], "big") + 1
        made.execute(f"PRAGMA schema_version = {number}")
    sync(path)


def verified_copy(
    timeline: Timeline,
    path: Path,
    raw: Path,
    description: bytes,
    key: SigningKey | None,
    former: Key | None,
    documents: str | None,
    advance: Callable[[int], None],
) -> tuple[Note, Key | None, Documents]:
    """Copy a timeline to `raw`, verify that, and sign its checkpoint; return that, who signed it, and what documents it holds.

    The documents that are not to be published are left out. Errors name `path` as the folder that would be published.
    """
    live, metadata = timeline.log.path, json.loads(description)
    choice = withholding.choose(metadata, documents, Path(folder.METADATA))
    copy(timeline.log, raw, path)
    if plugin_settings.are_reviews_required(_settings(metadata) or {}):
        _refuse_unreviewed(raw, live)
    _verify(raw, live, advance)
    summary = published_documents.summary(raw, choice)
    note, signer = _checkpoint(timeline, raw, key, former)
    if choice != published_documents.ALL:
        withholding.withhold(raw, passages=choice == plugin_settings.CITED_PASSAGES)
        _verify(raw, live, lambda _: None)
        summary = summary.kept_back()
    return note, signer, summary


def refuse_redacted_meanwhile(timeline: Timeline, note: Note, path: Path) -> None:
    """Raise PublishingRefused if an event was redacted after a copy was made."""
    size = Checkpoint.of(note).size
    if any(event.type == "EventRedacted" for event in timeline.log.events(after=size)):
        raise PublishingRefused(path, "an event was redacted meanwhile, and this copy would still show it. Repeat")


def _files(database: str, description: bytes, note: Note, signer: Key | None, *, withheld: bool) -> dict[str, bytes]:
    """Return all files beside the database, in the order in which they are put in place."""
    name, program = wheel()
    metadata = json.loads(description)
    title = metadata.get("title") or "A timeline"
    standalone = resources.files("timeline").joinpath("standalone")
    return {
        name: program,
        **{script: standalone.joinpath(script).read_bytes() for script in (folder.LOG_VERIFIER, folder.PROOF_VERIFIER)},
        folder.METADATA: description,
        folder.DOCKERFILE: readme.dockerfile(database, name).encode(),
        folder.README: readme.readme(database, name, str(title), Checkpoint.of(note), signer, withheld=withheld).encode(),
        **({folder.PUBLIC_KEY: f"{signer}\n".encode()} if signer else {}),
        folder.CHECKPOINT: str(note).encode(),
    }


def described(metadata: Path | None) -> bytes:
    """Read the metadata for Datasette, or make an empty one."""
    if metadata is None:
        return b"{}\n"
    try:
        content = metadata.read_bytes()
        metadata_object = json.loads(content)
        if isinstance(metadata_object, dict):
            if (ours := _settings(metadata_object)) is None or (fault := plugin_settings.fault(ours)) is None:
                return content
            reason = f"plugins: cited-timeline: {fault}"
        else:
            reason = "it is not a JSON object"
    except OSError as error:
        reason = files.reason(error)
    except (ValueError, RecursionError) as error:
        reason = f"it is not JSON: {error}"
    raise PublishingRefused(metadata, f"{reason}. Correct it, or name another: --metadata FILE")


def _settings(metadata: dict[str, Any]) -> dict[str, Any] | None:
    """Return our settings in the metadata; None if there are none."""
    plugins = metadata.get("plugins")
    ours = plugins.get(authors.PLUGIN) if isinstance(plugins, dict) else None
    return ours if isinstance(ours, dict) else None


def _refuse_unreviewed(raw: Path, live: Path) -> None:
    """Raise PublishingRefused unless a second person has confirmed each current happening of a copy, and nobody doubts it."""
    with Timeline(raw, read_only=True, guarded=False) as snapshot:
        snapshot.refuse_outdated()
        unreviewed = [(one.id, one.review) for name in ("none", "doubted") for one in snapshot.happenings(review=name)]
    if not unreviewed:
        return
    few = ", ".join(id for id, _ in unreviewed[:_NAMED]) + (", …" if len(unreviewed) > _NAMED else "")
    lists = [f"timeline list --review {name}" for name in dict.fromkeys(review or "none" for _, review in unreviewed)]
    raise PublishingRefused(
        live,
        f"{len(unreviewed):,} happening{'' if len(unreviewed) == 1 else 's'} not confirmed by a second person ({few}), and"
        f" metadata.json requires that. List them: {' and '.join(lists)}",
    )


def _verify(raw: Path, live: Path, advance: Callable[[int], None]) -> None:
    """Check the whole copy. Raises PublishingRefused at any fault."""
    with Timeline(raw, read_only=True, guarded=False) as snapshot:
        faults = audit.verify(snapshot, advance).total
    if faults:
        raise PublishingRefused(
            live,
            f"{faults:,} fault{'' if faults == 1 else 's'} found, so it was not published. See them: timeline verify --db {live}",
        )


def _checkpoint(timeline: Timeline, raw: Path, key: SigningKey | None, former: Key | None) -> tuple[Note, Key | None]:
    """Make the checkpoint of a copy, and keep it in both, as of the same time; give it with all that have signed it.

    It is signed by the key; without one by the key of the folder before, or by the only one that has signed in the log's name.
    Raises PublishingRefused where several did: anyone who can write to the file can add such a signature.
    """
    now = timeline.clock()
    with Timeline(raw, by=timeline.by, clock=lambda: now) as snapshot:
        current = Checkpoint.of(snapshot.checkpoint(key))
        stored = next(one for one in merkle.checkpoints(snapshot.log.connection) if one.checkpoint == current)
    if not timeline.log.read_only:
        _store(timeline, stored, key)
    own = dict.fromkeys(one for one, _ in stored.signatures if one.type == ED25519 and one.name == current.origin)
    if key is not None or former in own:
        return stored.note, key.public if key else former
    if len(own) > 1:
        names = " and ".join(f"{one.name} ({one.id.hex()})" for one in own)
        raise PublishingRefused(timeline.log.path, f"is signed by {names}, and only one can be its own. Give that key: --key FILE")
    return stored.note, next(iter(own), None)


def _store(timeline: Timeline, stored: StoredCheckpoint, key: SigningKey | None) -> None:
    """Store the copy's checkpoint in the timeline itself; an unsigned one only if nobody has appended since."""
    if key is not None:
        checkpoints.keep(timeline.log, stored.note, [key.public], stored.kept_at, own=True)
    elif timeline.log.size() == stored.checkpoint.size:
        checkpoints.make(timeline.log, None, stored.checkpoint.origin, stored.kept_at)


@contextmanager
def shown_as(path: str, name: str) -> Iterator[None]:
    """Replace the path of a temporary copy by the name of its original in errors, because nobody can look at the copy."""
    try:
        yield
    except TimelineError as error:
        error.renamed(path, name)
        raise
