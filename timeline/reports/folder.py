"""The folder of a report: its page, the originals and their texts, the proofs, the checkpoint, the verifiers and a list of hashes.

Owns that it is put in place whole or not at all, and that only a report is ever replaced.
"""

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Final

from timeline.any_log import AnyLog
from timeline.errors import PublishingRefused
from timeline.exchange.exporting import footnotes
from timeline.publishing.durable_files import sync, temporary_folder, write
from timeline.reports import checking
from timeline.reports.contents import Contents
from timeline.reports.page import beside, write_page
from timeline.reports.passages import Drawing

PAGE: Final = "report.html"
README: Final = "README.txt"
_VERIFIERS: Final = (checking.PROOF_VERIFIER, checking.LOG_VERIFIER, checking.STAMP_VERIFIER)
_FOLDERS: Final = ("originals", "texts", "proofs")
_NAMES: Final = frozenset((PAGE, README, checking.CHECKPOINT, checking.STAMP, checking.SUMS, *_VERIFIERS, *_FOLDERS))


def write_folder(contents: Contents, drawing: Drawing, target: Path, ready: Callable[[], None], *, replacing: bool) -> int:
    """Write a report as a folder, and return its size in bytes. `ready` is called before it is put in place, and may raise.

    Raises PublishingRefused where something is at the target; `replacing`: only if that is not an earlier report. Then the target
    is as it was.
    """
    refuse_taken(target, replacing=replacing)
    with temporary_folder(target, drawing.log.path) as temporary:
        fresh, sums, size = temporary / "report", [], 0
        for name in ("", *_FOLDERS):
            (fresh / name).mkdir()
        for name, content in _files(contents, drawing):
            write(fresh / name, content)
            sums.append(f"{sha256(content).hexdigest()}  {name}\n")
            size += len(content)
        write(fresh / checking.SUMS, "".join(sorted(sums, key=lambda line: line[66:])).encode())
        for folder in (fresh / name for name in _FOLDERS):
            if any(folder.iterdir()):
                sync(folder)
            else:
                folder.rmdir()
        sync(fresh)
        ready()
        refuse_taken(target, replacing=replacing)
        _move_into_place(fresh, target.resolve(), temporary / "former")
    return size


def refuse_taken(target: Path, *, replacing: bool) -> None:
    """Refuse a target where something is. `replacing`: only if it is not a report, all of it and nothing else."""
    if not os.path.lexists(target):
        return
    if not replacing:
        raise PublishingRefused(target, "exists already. Give another folder, or --force to replace an earlier report")
    if target.is_symlink() or not target.is_dir():
        raise PublishingRefused(target, "is not a folder, or is a link, and is not replaced. Give another folder")
    names = {one.name for one in target.iterdir()}
    if names and (others := sorted(names - _NAMES) or ([] if names >= {PAGE, checking.SUMS} else [sorted(names)[0]])):
        raise PublishingRefused(target, f"is not a report: it holds {others[0]}, so it is not replaced. Give another folder")


def _move_into_place(fresh: Path, target: Path, former: Path) -> None:
    """Put a finished folder in place of a former one, which goes back if that fails."""
    replaced = target.exists()
    if replaced:
        target.rename(former)
    try:
        fresh.rename(target)
    except OSError:
        if replaced:
            former.rename(target)
        raise
    sync(target.parent)


def _files(contents: Contents, drawing: Drawing) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the folder, one after the other, except the list of their hashes."""
    yield PAGE, "".join(write_page(contents, drawing, beside, folder=True)).encode()
    heading = f"Report: {footnotes.heading(contents.about)}"
    yield README, checking.readme(contents, heading, PAGE).encode()
    yield checking.CHECKPOINT, str(contents.note).encode()
    if contents.ots is not None:
        yield checking.STAMP, contents.ots
    for position, proof in contents.proofs.items():
        yield f"proofs/{contents.proof_name(position)}", str(proof).encode()
    for source in contents.sources:
        for archived in (source.document, source.text):
            if archived is not None and archived.absent is None:
                yield archived.name, _document(drawing.log, archived.sha256)
    for name in _VERIFIERS:
        yield name, resources.files("timeline").joinpath("standalone", name).read_bytes()


def _document(log: AnyLog, sha256_: str) -> bytes:
    """Read a document, and check that it has its hash. Raises PublishingRefused."""
    content = log.document(sha256_)
    if content is None or sha256(content).hexdigest() != sha256_:
        reason = f"document {sha256_[:12]}… was altered or removed. Check the log: timeline verify --db {log.path}"
        raise PublishingRefused(log.path, reason)
    return content
