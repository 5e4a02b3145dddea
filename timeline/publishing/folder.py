"""A published folder: its files, and how they are replaced while others read them.

Owns the names of its files, and the order in which they are replaced: the database first and the checkpoint last, so that at
every moment the database extends the checkpoint beside it.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from timeline import files
from timeline.errors import PublishingRefused
from timeline.log import published_copies, sqlite_journals, unfinished_copies
from timeline.merkle import Checkpoint, Key, Note
from timeline.publishing.durable_files import are_same, sync

CHECKPOINT = "checkpoint"
PUBLIC_KEY = "public-key"
METADATA = "metadata.json"
DOCKERFILE = "Dockerfile"
README = "README.md"
LOG_VERIFIER = "verify_log.py"
PROOF_VERIFIER = "verify_proof.py"
_LARGEST = 1_000_000  # bytes of a checkpoint or a key
_WHEELS = "cited_timeline-*.whl"
_NAMES = (CHECKPOINT, PUBLIC_KEY, METADATA, DOCKERFILE, README, LOG_VERIFIER, PROOF_VERIFIER)


@dataclass(frozen=True, slots=True)
class Former:
    """The former publication in a folder: its checkpoint, byte for byte, and the key that signed it."""

    path: Path
    content: bytes
    note: Note
    key: Key | None

    @property
    def checkpoint(self) -> Checkpoint:
        """The log's name, size and root."""
        return Checkpoint.of(self.note, str(self.path / CHECKPOINT))


def read(path: Path, database: str, live: Path) -> Former | None:
    """Read the former publication in a folder; None where there is no folder, or an empty one.

    Raises PublishingRefused where it is not a folder with a published database of this name, or a journal is beside that, and
    NoteInvalid where its checkpoint is invalid.
    """
    if not os.path.lexists(path):
        return None
    if not path.is_dir():
        raise PublishingRefused(path, "is not a folder. Give the path of a new one")
    names = {entry.name for entry in path.iterdir()}
    if not names:
        return None
    if not names >= {*published_copies.FILES, database} or live.resolve().parent == path.resolve():
        raise PublishingRefused(path, f"holds other files than a published {database}, and is not overwritten. Give a new folder")
    if extra := sqlite_journals.beside(path / database):
        raise PublishingRefused(
            " and ".join(map(str, extra)),
            "is beside the published database, where none belongs, and would change it."
            " See: timeline verify; then move it away, and repeat",
        )
    if links := sorted(entry.name for entry in path.iterdir() if entry.is_symlink()):
        raise PublishingRefused(path, f"holds a link, {links[0]}, and links are never followed. Give a new folder")
    checkpoint = content(path / CHECKPOINT)
    note = Note.parse(checkpoint, str(path / CHECKPOINT))
    key = Key.parse(content(path / PUBLIC_KEY).decode(errors="replace")) if PUBLIC_KEY in names else None
    former = Former(path, checkpoint, note, key)
    if former.checkpoint.size == 0:
        raise PublishingRefused(path, "its checkpoint has no events, so any log extends it. Publish to a new folder")
    return former


def content(path: Path) -> bytes:
    """Read a small file that a stranger may have put there, without ever waiting for it."""
    try:
        with files.opened(path) as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise PublishingRefused(path, f"{files.reason(error)}. Give a new folder") from None
    if len(data) > _LARGEST:
        raise PublishingRefused(path, "is larger than any such file. Give a new folder")
    return data


def replace(fresh: Path, path: Path, names: Sequence[str], former: Former | None) -> bool:
    """Put new files into place, in the order given, and return whether anything changed.

    A new folder is put in place as a whole. Files with the same bytes are not touched; replaced programs, and proofs that a killed
    run left, are removed.
    """
    if former is None:
        if path.is_dir():
            path.rmdir()
        for folder in [fresh, *(entry for entry in fresh.iterdir() if entry.is_dir())]:
            sync(folder)
        fresh.rename(path)
        (path / unfinished_copies.MARK).unlink(missing_ok=True)
        sync(path.parent)
        return True
    changed = [name for name in names if not are_same(fresh / name, path / name)]
    for name in changed:
        (path / name).parent.mkdir(exist_ok=True)
        (fresh / name).replace(path / name)
        sync((path / name).parent)
    for pattern in (_WHEELS, f"checkpoints/{former.checkpoint.size}-to-*"):
        for old in path.glob(pattern):
            if old.relative_to(path).as_posix() not in names:
                old.unlink()
    return bool(changed)


def is_part(name: str, database: str) -> bool:
    """Return whether a published folder may hold a file of this name, relative to it."""
    if name.startswith("checkpoints/"):
        return name.count("/") == 1
    return name in {*_NAMES, database} or fnmatchcase(name, _WHEELS)


def refuse_others(path: Path, database: str) -> None:
    """Refuse a folder with a link anywhere in it, or with files other than a publication's.

    So only a publication is ever overwritten or removed, and never the target of a link.
    """
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        raise PublishingRefused(path, "is not a folder, or is a link, and links are never followed. Remove it, then repeat")
    for folder, folders, names in os.walk(path):
        for name in (*folders, *names):
            file = Path(folder, name)
            if file.is_symlink():
                raise PublishingRefused(file, "is a link, and links are never followed. Remove it, then repeat")
            within = file.relative_to(path).as_posix()
            if within != "checkpoints" and not is_part(within, database):
                raise PublishingRefused(
                    path, f"holds other files than a published {database}, such as {within}, and is not overwritten. Move them away"
                )


def take_over(fresh: Path, path: Path, database: str) -> None:
    """Replace the publication in a folder by another. The programs, proofs and key of the old one are removed.

    Raises PublishingRefused, before anything is changed, where the folder holds anything but a publication.
    """
    refuse_others(path, database)
    names = [file.relative_to(fresh) for file in sorted(fresh.rglob("*")) if file.is_file()]
    for name in sorted(names, key=lambda name: (str(name) == CHECKPOINT, name)):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (fresh / name).replace(path / name)
        sync((path / name).parent)
    for pattern in (_WHEELS, "checkpoints/*", PUBLIC_KEY):
        for old in path.glob(pattern):
            if old.relative_to(path) not in names and old.is_file():
                old.unlink()
