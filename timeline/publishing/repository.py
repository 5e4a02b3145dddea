"""Query the Git repository that may contain a published folder: the branch that others follow, and local commits.

Owns every call of git, and how a publication is read from a branch. Must not read a log. Git runs no program that the repository
names, and contacts no other computer. Without git, or without a repository, queries return nothing, and nothing is refused.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from timeline.errors import NoteInvalid, PublishingRefused
from timeline.merkle import Checkpoint, Note
from timeline.publishing import folder as published_folder
from timeline.publishing.durable_files import temporary_folder

_QUIET = ("core.fsmonitor=false", f"core.hooksPath={os.devnull}")
_ALONE = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
_FILES = ("100644", "100755")  # git's modes of regular files
_MARKS = (b"<<<<<<< ", b"=======", b">>>>>>> ")  # lines that git writes around a conflict
_LARGEST = 1_000_000  # bytes of a checkpoint
_DEEPEST = 3  # parts of a path in a project, down to a proof in checkpoints/


@dataclass(frozen=True, slots=True)
class Committed:
    """A committed checkpoint: its text, its commit, and the branch that others follow ("": it was not pushed)."""

    content: bytes
    commit: str
    branch: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A publication on a branch: `name` as the user gave it, its commit, the published folder, and a copy to read."""

    name: str
    commit: str
    folder: Path
    fresh: Path
    database: str

    def put_in_place(self) -> tuple[int, int]:
        """Put the branch's publication into the folder. Return how many commits were undone, and how many of them were pushed.

        The commits that the branch does not have are undone if one of them holds a checkpoint that the branch never had, which
        would otherwise stay in the history for good. Their changes stay in the files. No other file is changed.
        """
        project = self.folder.parent
        own, checkpoint = f"{self.commit}..HEAD", f"./{self.folder.name}/{published_folder.CHECKPOINT}"
        published = _versions(project, own, checkpoint) - _versions(project, self.commit, checkpoint)
        published_folder.take_over(self.fresh, self.folder, self.database)
        if not published:
            return 0, 0
        number, alone = (int(git(project, "rev-list", "--count", own, *more) or 0) for more in ((), ("--not", "--remotes")))
        # Without --no-refresh git reads each file again, and runs the filters that a repository names.
        if all(git(project, "reset", "-q", *alone, self.commit) is None for alone in (("--no-refresh",), ())):
            raise PublishingRefused(project, f"git cannot continue from {self.name}. See why: git reset {self.commit[:10]}")
        return number, number - alone


def git(folder: Path, *words: str, to: BinaryIO | None = None) -> bytes | None:
    """Run git in a folder, with its output returned or written to a file; None where it fails, or without git or a repository."""
    path, program = folder.absolute(), shutil.which("git")
    if program is None or not any((one / ".git").exists() for one in (path, *path.parents)):
        return None
    options = [word for setting in _QUIET for word in ("-c", setting)]
    environment = {**os.environ, **_ALONE}
    try:
        done = subprocess.run(  # noqa: S603 - git, which runs no other program
            [program, "-C", str(path), *options, *words],
            stdin=subprocess.DEVNULL, stdout=to or subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, env=environment,
        )  # fmt: skip
        return done.stdout or b""
    except (OSError, subprocess.CalledProcessError):
        return None


def is_conflict(content: bytes) -> bool:
    """Return whether a file has git's conflict marks, each at the beginning of a line."""
    lines = content.split(b"\n")
    return all(any(line.startswith(mark) for line in lines) for mark in _MARKS)


def refuse_conflict(path: Path) -> None:
    """Refuse a published folder with a git conflict, or with conflict marks in its checkpoint."""
    checkpoint = path / published_folder.CHECKPOINT
    if (checkpoint.is_file() and is_conflict(published_folder.content(checkpoint))) or (path.is_dir() and _in_conflict(path)):
        raise PublishingRefused(
            path, f"two publications conflict in it, and git left the conflict open. {how_to_continue(path.parent)}"
        )


def how_to_continue(project: Path) -> str:
    """Word the commands that continue from the publication that others follow."""
    name = _followed(project)
    steps = ["git rebase --abort"] if _rebasing(project) else []
    steps += [] if name and _is_merged(project, name) and not steps else ["git pull --no-rebase"]
    steps.append(f"timeline build --fresh --onto {shlex.quote(name or 'BRANCH')}")
    note = "" if name else ", where BRANCH is the one that others follow, such as origin/main"
    return f"Continue from the one that others follow: {'; '.join(steps)}{note}"


def is_shared(project: Path) -> bool:
    """Return whether there is a branch that others follow."""
    return bool(_followed(project))


def is_merged(project: Path) -> bool:
    """Return whether the branch that others follow, as last fetched, is merged here."""
    return bool(name := _followed(project)) and _is_merged(project, name)


def committed(path: Path) -> Iterator[Committed]:
    """Yield each checkpoint of a published folder that the next publication must extend, so that a push loses none.

    These are the checkpoints on the branch that others follow, in a merge in progress, and in commits that were not pushed yet.
    """
    project, checkpoint = path.parent, f"./{path.name}/{published_folder.CHECKPOINT}"
    if not (name := _followed(project)):
        return
    seen: set[bytes] = set()
    alone = ("HEAD", "--not", "--remotes", "--", checkpoint)
    ours = (git(project, "rev-list", "--full-history", *alone) or b"").decode().split() if git(project, "remote") else []
    for commit, branch in ((name, name), ("MERGE_HEAD", "what is being merged"), *((one, "") for one in ours)):
        content = _content(project, f"{commit}:{checkpoint}")
        if content and content not in seen and not is_conflict(content):
            seen.add(content)
            yield Committed(content, commit, branch)


@contextmanager
def on_branch(db: Path, name: str) -> Iterator[Branch]:
    """Yield the publication of a timeline on a branch, or at a commit, as a copy for a new start of the timeline.

    Raises PublishingRefused where the branch does not exist, is not merged, or holds no publication, or other files conflict.
    """
    project = db.absolute().parent
    commit = _commit(project, name)
    if _rebasing(project):
        raise PublishingRefused(project, f"a rebase is in progress. {how_to_continue(project)}")
    if not _is_merged(project, commit):
        raise PublishingRefused(
            name,
            "holds commits that are not here yet. Merge them: git pull --no-rebase (a conflict in the published folder"
            " does not matter). Then repeat",
        )
    chosen, blobs = _publication(project, commit, db.name)
    if not chosen:
        raise PublishingRefused(name, f"holds no published {db.name} to continue from. Publish yours: timeline publish public")
    if others := [one for one in _in_conflict(project, ":/") if not one.startswith(f"{chosen}/")]:
        raise PublishingRefused(
            others[0], f"git left a conflict in it. Resolve it in an editor, then: git add {others[0]}; and repeat"
        )
    path = db.parent / chosen
    published_folder.refuse_others(path, db.name)
    with temporary_folder(path, db) as fresh:
        for file, blob in blobs.items():
            if file.startswith(f"{chosen}/"):
                _write(project, blob, fresh / file)
        yield Branch(name, commit, path, fresh / chosen, db.name)


@contextmanager
def published_at(db: Path, name: str) -> Iterator[Path]:
    """Yield a copy of the timeline that a branch or commit has published, to read it. It need not be merged here.

    Raises PublishingRefused where there is no such branch, or it holds no publication.
    """
    project = db.absolute().parent
    chosen, blobs = _publication(project, _commit(project, name), db.name)
    if not chosen:
        raise PublishingRefused(name, f"holds no published {db.name}. Name another branch, a file, or a published folder")
    with TemporaryDirectory() as folder:
        copy = Path(folder) / db.name
        _write(project, blobs[f"{chosen}/{db.name}"], copy)
        yield copy


def _commit(project: Path, name: str) -> str:
    """Return the commit of a branch. Raises PublishingRefused where there is no such branch."""
    commit = git(project, "rev-parse", "--verify", "-q", "--end-of-options", f"{name}^{{commit}}")
    if not commit:
        raise PublishingRefused(name, "is neither a published folder nor a branch of this repository. See them: git branch -a")
    return commit.decode().strip()


def _publication(project: Path, commit: str, database: str) -> tuple[str, dict[str, str]]:
    """Return the published folder of a commit with the most events ("": there is none), and all its files that may be published."""
    blobs = _blobs(project, commit)
    published = {one.partition("/")[0] for one in blobs if one.endswith(f"/{database}") and one.count("/") == 1}
    for one in blobs:
        folder, _, within = one.partition("/")
        if within and not published_folder.is_part(within, database):
            published.discard(folder)  # it also holds other files, such as bundles
    sizes = {one: _size(project, blobs[f"{one}/checkpoint"]) for one in published if f"{one}/checkpoint" in blobs}
    return max(sizes, key=lambda one: sizes[one], default=""), blobs


def _is_merged(project: Path, commit: str) -> bool:
    """Return whether a commit is merged here, or is being merged."""
    return any(git(project, "merge-base", "--is-ancestor", commit, tip) is not None for tip in ("HEAD", "MERGE_HEAD"))


def _followed(project: Path) -> str:
    """Return the branch that others follow: the one that git pulls from, or the one being merged."""
    branch = ""
    if (rebasing := _rebasing(project)) is not None:
        branch = (rebasing / "head-name").read_text(encoding="utf-8").strip().removeprefix("refs/heads/")
    upstream = git(project, "rev-parse", "--abbrev-ref", f"{branch}@{{upstream}}")
    if upstream is None and git(project, "rev-parse", "-q", "--verify", "MERGE_HEAD"):
        return "MERGE_HEAD"
    return (upstream or b"").decode(errors="replace").strip()


def _rebasing(project: Path) -> Path | None:
    for name in ("rebase-merge", "rebase-apply"):
        if path := (git(project, "rev-parse", "--git-path", name) or b"").decode().rstrip("\n"):
            folder = project / path
            if (folder / "head-name").is_file():
                return folder
    return None


def _in_conflict(path: Path, of: str = ".") -> list[str]:
    """List the files with a git conflict in a folder, or in the repository (":/")."""
    listed = (git(path, "ls-files", "-u", "-z", "--", of) or b"").decode(errors="replace")
    return sorted({line.partition("\t")[2] for line in listed.split("\0") if line})


def _blobs(project: Path, commit: str) -> dict[str, str]:
    """Return the files of a commit that may be published ones, each with git's name for its content."""
    blobs = {}
    for line in (git(project, "ls-tree", "-r", "-z", commit) or b"").decode(errors="replace").split("\0"):
        about, _, path = line.partition("\t")
        parts = path.split("/")
        if about.partition(" ")[0] in _FILES and len(parts) <= _DEEPEST and not {"", ".", "..", ".git"} & set(parts):
            blobs[path] = about.split(" ")[2]
    return blobs


def _versions(project: Path, commits: str, path: str) -> set[str]:
    """Return git's names for the contents of a file in a range of commits."""
    listed = (git(project, "rev-list", "--full-history", commits, "--", path) or b"").decode().split()
    return {blob.decode().strip() for one in listed if (blob := git(project, "rev-parse", "-q", "--verify", f"{one}:{path}"))}


def _content(project: Path, name: str) -> bytes:
    """Read a small file from git; empty where it does not exist, or is too large."""
    size = git(project, "cat-file", "-s", name) or b""
    return (git(project, "cat-file", "blob", name) or b"") if size.strip().isdigit() and int(size) <= _LARGEST else b""


def _size(project: Path, blob: str) -> int:
    try:
        return Checkpoint.of(Note.parse(_content(project, blob))).size
    except NoteInvalid:
        return -1


def _write(project: Path, blob: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        if git(project, "cat-file", "blob", blob, to=file) is None:
            raise PublishingRefused(path.name, "git cannot read it. See what is damaged: git fsck")
