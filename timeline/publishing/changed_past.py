"""Name what is no longer as it was published: the entry, the field, and the commit that changed it.

Owns how a change is followed through the history of a Git repository: through merges to the side it came from, and through files to
which an entry was moved. A commit is named, never a person: somebody else may have squashed or rebased it. Must not change a file,
nor decide what was published.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from timeline import bundles, documents, files
from timeline.bundles import Entry
from timeline.errors import AlreadyRecorded, NoteInvalid, ProofInvalid, TimelineError, on_one_line
from timeline.merkle import Checkpoint, Note
from timeline.proof import checkpoints
from timeline.publishing import folder as published_folder
from timeline.publishing.repository import git, is_conflict
from timeline.shortening import shortened
from timeline.timeline import Timeline

_MOST = 20  # changes that are named
_EVENTS = "events"
_FIRST = ("source", "happening")  # the verbs of entries whose statement is fixed once it is published
_VERBS = {
    "SourceArchived": "source", "SourceCorrected": "correct_source", "HappeningRecorded": "happening",
    "HappeningCorrected": "correct", "HappeningRetracted": "retract",
}  # fmt: skip
_NAMES = {"correct_source": "a correction", "correct": "a correction", "retract": "its retraction"}
_LONGEST = 32_000_000  # bytes of a bundle in a commit

State = Callable[[str], bool | None]  # whether something is as published in a commit; None where it is not there


@dataclass(frozen=True, slots=True)
class Changed:
    """A field of a published entry that is no longer as it was published, and its place. `document` is the path of a document."""

    entry: Entry
    path: Path
    field: str
    words: str
    document: Path | None = None


def entries(project: Path, db: Path) -> Iterator[str]:
    """Yield a sentence for each field of an entry, and each document, that is not as it was published in a timeline."""
    with _trying(db) as timeline:
        changed = [*_changed(project, timeline)]
        for one in changed[:_MOST]:
            follow = _followed_document if one.document is not None else _followed_entry
            place = f"{one.path.relative_to(project).as_posix()}, line {one.entry.line_of(one.field)}"
            yield on_one_line(f"{one.entry.stream}: {one.words} ({place}; {follow(project, timeline, one)})")
    if len(changed) > _MOST:
        yield f"and {len(changed) - _MOST:,} more fields"


def publications(project: Path, db: Path, public: str) -> Iterator[str]:
    """Yield a sentence for each commit whose publication a timeline does not hold, and the commit that replaced it."""
    checkpoint = f"{public}/{published_folder.CHECKPOINT}"
    with Timeline(db, read_only=True, guarded=False) as timeline:

        @cache
        def is_held(commit: str) -> bool | None:
            content = git(project, "cat-file", "blob", f"{commit}:./{checkpoint}")
            if content is None or is_conflict(content):
                return None
            with suppress(NoteInvalid, ProofInvalid):
                checkpoints.extends(timeline.log, Checkpoint.of(Note.parse(content)))
                return True
            return False

        history = _history(project, checkpoint)
        rewritten = [commit for commit in history if is_held(commit) is False]
        for commit in rewritten[::-1][:_MOST]:
            successors = [one for one, parents in history.items() if is_held(one) and commit in parents]
            by = f"; {_commit(project, successors[0])} has another in its place" if successors else ""
            yield f"the publication in {_commit(project, commit)} is not in it{by}"


def removed(project: Path, db: Path) -> Iterator[str]:
    """Yield a sentence for each published entry that a bundle had and none has any more: it stays published all the same."""
    with Timeline(db, read_only=True, guarded=False) as timeline:
        missing = {(event.stream, _VERBS[event.type]) for event in timeline.log.events() if event.type in _VERBS and event.data}
    for path in (project / _EVENTS).iterdir() if missing else ():
        missing -= {(entry.stream, entry.verb) for entry in bundles.read(path, (project,))}
    named_before = 0
    for commit, blob, name in _replaced_bundles(project) if missing else ():
        content = git(project, "cat-file", "blob", blob) or b""
        if len(content) > _LONGEST or not any(stream.partition("/")[2].encode() in content for stream, _ in missing):
            continue
        read = bundles.SUFFIXES[Path(name).suffix.lower()](BytesIO(content), len(content), project / _EVENTS)
        for key in dict.fromkeys((entry.stream, entry.verb) for entry in read):
            if key not in missing:
                continue
            missing.discard(key)
            named_before += 1
            if named_before <= _MOST:
                verb = "" if key[1] in _FIRST else f", {_NAMES[key[1]]}"
                yield on_one_line(f"{key[0]}{verb}: {name} had it, and no bundle has it since {_commit(project, commit)}")
    if named_before > _MOST:
        yield f"and {named_before - _MOST:,} more"


def _replaced_bundles(project: Path) -> Iterator[tuple[str, str, str]]:
    """Yield each bundle that a commit replaced or removed, the newest first: that commit, the former blob, and the name."""
    form = ("-m", "--raw", "--no-abbrev", "--no-renames", "--format=%H", "-z", "--relative")
    listed = git(project, "log", *form, "--", f"./{_EVENTS}/")
    commit, parts = "", iter((listed or b"").decode(errors="replace").split("\0"))
    for part in parts:
        line = part.strip()
        if line.startswith(":"):
            name, before = next(parts, ""), line.split()[2]
            if Path(name).suffix.lower() in bundles.SUFFIXES and before.strip("0"):
                yield commit, before, name
        elif line:
            commit = line


def main() -> None:
    """Print the sentences, for check.py: the project, the timeline, and "publications", "entries" or "removed"."""
    project, db, what = Path(sys.argv[1]).resolve(), Path(sys.argv[2]), sys.argv[3]
    named_before = {"publications": lambda: publications(project, db, "public"), "removed": lambda: removed(project, db)}
    for sentence in named_before.get(what, lambda: entries(project, db))():
        print(sentence)


@contextmanager
def _trying(db: Path) -> Iterator[Timeline]:
    """Open a timeline to try entries, which are never appended."""
    with Timeline(db, by="nobody") as timeline:
        yield timeline


def _changed(project: Path, timeline: Timeline) -> Iterator[Changed]:
    for path in sorted((project / _EVENTS).iterdir()):
        if bundles.refusal(path, (project,)) is not None:
            continue
        for entry in bundles.read(path, (project,)):
            yield from (
                Changed(entry, path, field, words, _document(project, entry) if field == "file" else None)
                for field, words in _differences(timeline, entry, project)
            )


def _differences(timeline: Timeline, entry: Entry, project: Path) -> tuple[tuple[str, str], ...]:
    """Return the fields of an entry that differ from its published statement; empty if it was not published, or was redacted."""
    first = timeline.log.first(entry.stream) if entry.verb in _FIRST and entry.id else None
    if first is None or first.data is None or not entry.content:
        return ()
    if entry.verb == "source" and "file" in entry.fields:
        content = _bytes(Path(entry.fields["file"]), project)
        if content is None or sha256(content).hexdigest() != first.payload["statement"]["sha256"]:
            return (("file", "its document is gone" if content is None else "its document is another"),)
    try:
        with timeline.transaction():
            timeline.append(entry.content, within=(project,))
    except AlreadyRecorded as error:
        return error.differences or (("", "it is another statement"),)
    except TimelineError as error:
        return tuple(error.faults) or (("", str(error)),)
    return ()


def _bytes(path: Path, project: Path) -> bytes | None:
    try:
        return documents.received(path, (project,))
    except (OSError, TimelineError):
        return None


def _document(project: Path, entry: Entry) -> Path | None:
    file = Path(entry.fields["file"]).absolute() if "file" in entry.fields else None
    return file.resolve() if file is not None and files.is_within(str(file.resolve()), str(project)) else None


def _followed_entry(project: Path, timeline: Timeline, changed: Changed) -> str:
    """Say which commit changed a field of an entry, also before the entry was moved to its file."""

    @cache
    def in_blob(blob: str, suffix: str) -> bool | None:
        content = git(project, "cat-file", "blob", blob) or b""
        read = bundles.SUFFIXES[suffix](BytesIO(content[:_LONGEST]), len(content), project / _EVENTS)
        for entry in read:
            if (entry.stream, entry.verb) == (changed.entry.stream, changed.entry.verb):
                return changed.field not in {field for field, _ in _differences(timeline, entry, project)}
        return None

    def is_same(commit: str) -> bool | None:
        listed = (git(project, "ls-tree", "-z", commit, f"./{_EVENTS}/") or b"").decode(errors="replace").split("\0")
        named = [line for line in listed if Path(line).suffix.lower() in bundles.SUFFIXES]
        named.sort(key=lambda line: not line.endswith(f"/{changed.path.name}"))  # it is seldom in another file
        states = (in_blob(line.split()[2], Path(line).suffix.lower()) for line in named)
        return next((state for state in states if state is not None), None)

    return _since(project, _EVENTS, is_same)


def _followed_document(project: Path, timeline: Timeline, changed: Changed) -> str:
    """Say which commit changed or removed a document."""
    first = timeline.log.first(changed.entry.stream)
    published = first.payload["statement"]["sha256"] if first is not None else ""
    path = (changed.document or project).relative_to(project).as_posix()

    def is_same(commit: str) -> bool | None:
        content = git(project, "cat-file", "blob", f"{commit}:./{path}")
        return content is not None and sha256(content).hexdigest() == published

    return _since(project, path, is_same)


def _since(project: Path, path: str, is_same: State) -> str:
    """Follow a difference back to the commit that made it: on each step to a parent that has it too."""
    is_same = cache(is_same)
    history = _history(project, path)
    if not history:
        return "it is in no commit"
    if is_same("HEAD"):
        return "it is in your files, and in no commit yet"
    commit = next(iter(history))
    while differing := [parent for parent in history[commit] if is_same(parent) is False]:
        commit = differing[0]
    never = "" if any(is_same(parent) for parent in history[commit]) else ", and no commit before has it as it was published"
    return f"since {_commit(project, commit)}{never}"


def _history(project: Path, path: str) -> dict[str, Sequence[str]]:
    """Return the commits that touch a path, the newest first, each with the nearest of them before it."""
    listed = git(project, "rev-list", "--topo-order", "--parents", "--full-history", "HEAD", "--", f"./{path}") or b""
    return {line.split()[0]: line.split()[1:] for line in listed.decode().splitlines()}


def _commit(project: Path, commit: str) -> str:
    """Word a commit by its hash, its day and its subject, and by no name."""
    about = (git(project, "show", "-s", "--format=%cs%x00%s", commit) or b"\0").decode(errors="replace").strip()
    day, _, subject = about.partition("\0")
    return f"commit {commit[:10]} of {day} (“{shortened(on_one_line(subject), 60)}”)"
