"""The Git repository that a published folder may lie in: what others follow there, and what was committed here alone.

Owns every question to git, and how a publication is taken from a branch. Must not read a log. Git runs nothing that the repository
names, and asks no other computer. Where there is no git, or no repository, nothing is known, and nothing is refused.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from timeline.errors import NoteInvalid, PublishingRefused
from timeline.merkle import Checkpoint, Note
from timeline.publishing import folder as published_folder
from timeline.publishing.staging import staging

_QUIET = ("core.fsmonitor=false", f"core.hooksPath={os.devnull}")
_ALONE = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none"}
_FILES = ("100644", "100755")  # git's modes of files that are no links
_MARKS = (b"<<<<<<< ", b"=======", b">>>>>>> ")  # lines that git writes around two that were not reconciled
_LARGEST = 1_000_000  # bytes of a checkpoint
_DEEPEST = 3  # parts of a path in a project, down to a proof in checkpoints/


@dataclass(frozen=True, slots=True)
class Committed:
    """A checkpoint that was committed: its text, in which commit, and on which branch others follow it ("": it was not pushed)."""

    content: bytes
    commit: str
    branch: str


@dataclass(frozen=True, slots=True)
class Branch:
    """A publication on a branch: `name` as it was asked for, its commit, the published folder, and a copy of that to read."""

    name: str
    commit: str
    folder: Path
    fresh: Path
    database: str

    def put_in_place(self) -> tuple[int, int]:
        """Give the folder the branch's publication; tell how many commits are changes again, and how many of them were pushed.

        Those are the commits that the branch does not hold, where one of them holds a checkpoint that the branch never had: it
        would stay in the history for good. No other file is changed.
        """
        project = self.folder.parent
        own, checkpoint = f"{self.commit}..HEAD", f"./{self.folder.name}/{published_folder.CHECKPOINT}"
        published = _held(project, own, checkpoint) - _held(project, self.commit, checkpoint)
        published_folder.take_over(self.fresh, self.folder, self.database)
        if not published:
            return 0, 0
        number, alone = (int(git(project, "rev-list", "--count", own, *more) or 0) for more in ((), ("--not", "--remotes")))
        # Git looks at each file afresh otherwise, and runs the filters that a repository names.
        if all(git(project, "reset", "-q", *alone, self.commit) is None for alone in (("--no-refresh",), ())):
            raise PublishingRefused(project, f"git cannot go on from {self.name}. See why: git reset {self.commit[:10]}")
        return number, number - alone


def git(folder: Path, *words: str, to: BinaryIO | None = None) -> bytes | None:
    """Ask git in a folder, for an answer that may go to a file; None where it refuses, or there is no git, or no repository."""
    there, program = folder.absolute(), shutil.which("git")
    if program is None or not any((one / ".git").exists() for one in (there, *there.parents)):
        return None
    options = [word for setting in _QUIET for word in ("-c", setting)]
    environment = {**os.environ, **_ALONE}
    try:
        done = subprocess.run(  # noqa: S603 - git itself, which runs nothing else
            [program, "-C", str(there), *options, *words],
            stdin=subprocess.DEVNULL, stdout=to or subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, env=environment,
        )  # fmt: skip
        return done.stdout or b""
    except (OSError, subprocess.CalledProcessError):
        return None


def is_conflict(content: bytes) -> bool:
    """Whether git has left two versions of a file in it, each mark at the beginning of a line."""
    lines = content.split(b"\n")
    return all(any(line.startswith(mark) for line in lines) for mark in _MARKS)


def refuse_conflict(path: Path) -> None:
    """Refuse a published folder of which git holds two, or that has git's marks in its checkpoint."""
    checkpoint = path / published_folder.CHECKPOINT
    if (checkpoint.is_file() and is_conflict(published_folder.content(checkpoint))) or (path.is_dir() and _in_conflict(path)):
        raise PublishingRefused(path, f"two publications meet in it, and git left the conflict open. {how_to_go_on(path.parent)}")


def how_to_go_on(project: Path) -> str:
    """Say which command goes on from the publication that others follow."""
    name = _followed(project)
    steps = ["git rebase --abort"] if _rebasing(project) else []
    steps += [] if name and _is_merged(project, name) and not steps else ["git pull --no-rebase"]
    steps.append(f"timeline build --fresh --onto {shlex.quote(name or 'BRANCH')}")
    asked = "" if name else ", where BRANCH is the one that others follow, such as origin/main"
    return f"Go on from the one that others follow: {'; '.join(steps)}{asked}"


def is_shared(project: Path) -> bool:
    """Whether there is a branch that others follow."""
    return bool(_followed(project))


def is_merged(project: Path) -> bool:
    """Whether all that others follow is in the files here, as far as git last looked."""
    return bool(name := _followed(project)) and _is_merged(project, name)


def committed(path: Path) -> Iterator[Committed]:
    """Give each checkpoint of a published folder that a further publication must add to, so that none is lost when it is pushed.

    They are those where the branch is that others follow, and what is being merged, and those in commits that were not pushed yet.
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
def taken(db: Path, name: str) -> Iterator[Branch]:
    """Give the publication of a timeline on a branch, or at a commit, from which its own file is to be begun anew.

    Raises PublishingRefused where the branch is not there or not merged, holds no publication, or something else is in conflict.
    """
    project = db.absolute().parent
    commit = (git(project, "rev-parse", "--verify", "-q", "--end-of-options", f"{name}^{{commit}}") or b"").decode().strip()
    if not commit:
        raise PublishingRefused(name, "is neither a published folder nor a branch that git knows here. See them: git branch -a")
    if _rebasing(project):
        raise PublishingRefused(project, f"a rebase is under way. {how_to_go_on(project)}")
    if not _is_merged(project, commit):
        raise PublishingRefused(
            name,
            "holds commits that are not here yet. Take them in: git pull --no-rebase (a conflict in the published folder"
            " does not matter). Then repeat",
        )
    blobs = _blobs(project, commit)
    published = {one.partition("/")[0] for one in blobs if one.endswith(f"/{db.name}") and one.count("/") == 1}
    for one in blobs:
        folder, _, within = one.partition("/")
        if within and not published_folder.is_part(within, db.name):
            published.discard(folder)  # it holds something else as well, such as bundles
    sizes = {one: _size(project, blobs[f"{one}/checkpoint"]) for one in published if f"{one}/checkpoint" in blobs}
    if not sizes:
        raise PublishingRefused(name, f"holds no published {db.name} to go on from. Publish yours: timeline publish public")
    chosen = max(sizes, key=lambda one: sizes[one])
    if others := [one for one in _in_conflict(project, ":/") if not one.startswith(f"{chosen}/")]:
        raise PublishingRefused(
            others[0], f"git left a conflict in it. Write in an editor what it is to say, then: git add {others[0]}; and repeat"
        )
    path = db.parent / chosen
    published_folder.refuse_others(path, db.name)
    with staging(path, db) as fresh:
        for file, blob in blobs.items():
            if file.startswith(f"{chosen}/"):
                _write(project, blob, fresh / file)
        yield Branch(name, commit, path, fresh / chosen, db.name)


def _is_merged(project: Path, commit: str) -> bool:
    """Whether all of a commit is in the files here, or is just being merged into them."""
    return any(git(project, "merge-base", "--is-ancestor", commit, tip) is not None for tip in ("HEAD", "MERGE_HEAD"))


def _followed(project: Path) -> str:
    """Name the branch that others follow: the one that git pulls from, or what is being merged."""
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
    """List what git left in conflict in a folder, or in the whole repository (":/")."""
    listed = (git(path, "ls-files", "-u", "-z", "--", of) or b"").decode(errors="replace")
    return sorted({line.partition("\t")[2] for line in listed.split("\0") if line})


def _blobs(project: Path, commit: str) -> dict[str, str]:
    """Give the files of a commit that may be published ones, each with git's name for its content."""
    blobs = {}
    for line in (git(project, "ls-tree", "-r", "-z", commit) or b"").decode(errors="replace").split("\0"):
        about, _, path = line.partition("\t")
        parts = path.split("/")
        if about.partition(" ")[0] in _FILES and len(parts) <= _DEEPEST and not {"", ".", "..", ".git"} & set(parts):
            blobs[path] = about.split(" ")[2]
    return blobs


def _held(project: Path, commits: str, path: str) -> set[str]:
    """Name the contents that a file has in any of some commits."""
    listed = (git(project, "rev-list", "--full-history", commits, "--", path) or b"").decode().split()
    return {blob.decode().strip() for one in listed if (blob := git(project, "rev-parse", "-q", "--verify", f"{one}:{path}"))}


def _content(project: Path, name: str) -> bytes:
    """Read a small file from git; nothing where it is not there, or larger than any of its kind."""
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
            raise PublishingRefused(path.name, "git cannot read it. See what is broken: git fsck")
