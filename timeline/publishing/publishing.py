"""Publish: a folder with a timeline that anyone can serve, and check; and published again, one that adds to what it was.

Owns the order: copy, verify, sign, keep, replace. Nothing is signed that was not verified, nor put in place before all is made.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from timeline import audit, checkpoints, merkle
from timeline.errors import PublishingRefused, TimelineError
from timeline.merkle import Checkpoint, Key, Note, StoredCheckpoint
from timeline.merkle.note import ED25519
from timeline.publishing import extending, folder, repository, texts
from timeline.publishing.copying import copy
from timeline.publishing.staging import staging, write
from timeline.publishing.wheel import wheel
from timeline.signing import SigningKey
from timeline.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Published:
    """What was published: its checkpoint, how many events there were before (None: no folder), and whether anything changed."""

    note: Note
    key: Key | None
    before: int | None
    changed: bool

    @property
    def checkpoint(self) -> Checkpoint:
        """Whose log it is, and how far."""
        return Checkpoint.of(self.note)


def publish(
    timeline: Timeline, path: Path, *, key: SigningKey | None, metadata: Path | None, advance: Callable[[int], None]
) -> Published:
    """Publish a timeline, to which others may append meanwhile, to a new folder or to one that it was published to before.

    Raises PublishingRefused where the folder is something else, the timeline has faults or cannot be written; ProofInvalid
    where it does not add to what was published before; and what Timeline.checkpoint raises. The folder is then as it was.
    `advance` is told of events as they are done; each is met twice.
    """
    live = timeline.log.path
    database = live.name
    repository.refuse_conflict(path)
    former = folder.read(path, database, live)
    description = _description(metadata)
    if former:
        extending.check(timeline.log, former, key.public if key else None)
    else:
        extending.refuse_what_git_holds(timeline.log, path)
    with staging(path, live) as fresh, told_as(str(fresh / "snapshot.db"), str(live)):
        raw = fresh / "snapshot.db"
        copy(timeline.log, raw, path)
        _verify(raw, live, advance)
        note, signer = _checkpoint(timeline, raw, key, former.key if former else None)
        with Timeline(raw, read_only=True) as snapshot:
            copy(snapshot.log, fresh / database, path)  # once more, so that the same rows are always the same bytes
            files = {}
            if former:
                extending.still_signed(former, note, signer)
                note = extending.merged(former, note)
                files = extending.shown(snapshot.log, former, note)
        raw.unlink()
        size = Checkpoint.of(note).size
        if any(event.type == "EventRedacted" for event in timeline.log.events(after=size)):
            raise PublishingRefused(path, "something was redacted meanwhile, so this would still show it. Repeat")
        files |= _files(database, description, note, signer)
        for name, content in files.items():
            write(fresh / name, content)
        changed = folder.replace(fresh, path.resolve(), [database, *files], former)
    return Published(note, signer, former.checkpoint.size if former else None, changed)


def _files(database: str, description: bytes, note: Note, signer: Key | None) -> dict[str, bytes]:
    """Write everything beside the database, in the order in which it is put in place."""
    name, program = wheel()
    title = json.loads(description).get("title") or "A timeline"
    standalone = resources.files("timeline").joinpath("standalone")
    return {
        name: program,
        **{script: standalone.joinpath(script).read_bytes() for script in (folder.LOG_VERIFIER, folder.PROOF_VERIFIER)},
        folder.METADATA: description,
        folder.DOCKERFILE: texts.dockerfile(database, name).encode(),
        folder.README: texts.readme(database, name, str(title), Checkpoint.of(note), signer).encode(),
        **({folder.PUBLIC_KEY: f"{signer}\n".encode()} if signer else {}),
        folder.CHECKPOINT: str(note).encode(),
    }


def _description(metadata: Path | None) -> bytes:
    """Read the metadata for Datasette, or make an empty one."""
    if metadata is None:
        return b"{}\n"
    try:
        content = metadata.read_bytes()
        if isinstance(json.loads(content), dict):
            return content
        reason = "it is not a JSON object"
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
    except (ValueError, RecursionError) as error:
        reason = f"it is not JSON: {error}"
    raise PublishingRefused(metadata, f"{reason}. Correct it, or name another: --metadata FILE")


def _verify(raw: Path, live: Path, advance: Callable[[int], None]) -> None:
    """Check the whole copy. Raises PublishingRefused at any fault."""
    with Timeline(raw, read_only=True, guarded=False) as snapshot:
        faults = sum(len(check.faults) + check.more for check in audit.verify(snapshot, advance).checks)
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
        wanted = Checkpoint.of(snapshot.checkpoint(key))
        kept = next(one for one in merkle.checkpoints(snapshot.log.connection) if one.checkpoint == wanted)
    if not timeline.log.read_only:
        _keep(timeline, kept, key)
    own = dict.fromkeys(one for one, _ in kept.signatures if one.type == ED25519 and one.name == wanted.origin)
    if key is not None or former in own:
        return kept.note, key.public if key else former
    if len(own) > 1:
        names = " and ".join(f"{one.name} ({one.id.hex()})" for one in own)
        raise PublishingRefused(timeline.log.path, f"is signed by {names}, and only one can be its own. Give that key: --key FILE")
    return kept.note, next(iter(own), None)


def _keep(timeline: Timeline, kept: StoredCheckpoint, key: SigningKey | None) -> None:
    """Keep in the timeline itself what its copy keeps, whoever has appended since. Unsigned it is kept if nobody has."""
    if key is not None:
        checkpoints.keep(timeline.log, kept.note, [key.public], kept.kept_at, own=True)
    elif timeline.log.size() == kept.checkpoint.size:
        checkpoints.make(timeline.log, None, kept.checkpoint.origin, kept.kept_at)


@contextmanager
def told_as(path: str, name: str) -> Iterator[None]:
    """Name what a copy is of where an error names the copy, which is gone by the time that someone reads it."""
    try:
        yield
    except TimelineError as error:
        error.renamed(path, name)
        raise
