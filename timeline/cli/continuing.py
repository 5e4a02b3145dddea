"""Continue a build from a published copy: bring the timeline up to it, or start again from it. Must not read bundles."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from timeline import authors, publishing
from timeline.cli.printing import count, harmless
from timeline.cli.running import Refused, opened, progress, refuse_leading_away
from timeline.log import followed
from timeline.publishing import Branch

_NAMED = 5  # losses that are named; the rest is counted


@dataclass(frozen=True, slots=True)
class Basis:
    """The file that a build appends to, how many of its events were published, and the positions that are new to this timeline."""

    path: Path | str
    published: int
    unseen: range = range(0)


def published(db: Path | str) -> Basis:
    """Return the timeline as a basis, with its published size from the newest checkpoint in a folder beside it.

    A shared log has none: readers publish it.
    """
    if isinstance(db, str):
        return Basis(db, 0)
    return Basis(db, publishing.newest_size(db))


def author(db: Path | str) -> str | None:
    """Return the author that the project's settings name, for a file made elsewhere. Raises Refused where they are invalid."""
    path = (db.parent if isinstance(db, Path) else Path()) / "metadata.json"
    try:
        return os.environ.get("TIMELINE_BY") or authors.of_project(path)
    except ValueError as error:
        raise Refused(f"{path}: does not name the author of this project: {error}. Correct it, or name one: --by NAME") from None


def brought_up(db: Path) -> Basis:
    """Bring a timeline up to its published copy if that has more events; refuse to continue if the two differ."""
    if (copy := publishing.newest(db)) is None or not db.exists() or followed.read(db) is not None:
        return published(db)
    with opened(db) as timeline:
        comparison = publishing.compare(timeline.log, copy)
        own = {} if comparison.adds else publishing.own_checkpoints(timeline.log, copy)
        if comparison.adds:
            publishing.refuse_what_git_holds(timeline.log, copy.parent, merged=True)
            return published(db)
    summary = harmless(comparison.summary(db, copy))
    if own:
        raise Refused(f"{summary}, and was published or signed ({count(len(own), 'checkpoint')}). {_how_to_drop(db, copy)}")
    if not comparison.lags:
        raise Refused(
            f"{summary}. The published events stay. To continue from them, with your bundles after them: timeline build --fresh"
        )
    with (
        opened(copy, guarded=False) as source,
        progress("Verifying", 3 * comparison.theirs) as advance,
        publishing.replacing(source, db, advance),
    ):
        pass
    click.echo(f"{summary}; it now holds them all", err=True)
    return Basis(db, comparison.theirs, range(comparison.ours + 1, comparison.theirs + 1))


@contextmanager
def begun_anew(db: Path, onto: str | None, *, yes: bool) -> Iterator[Basis]:
    """Yield a new file to append the bundles to. At the end it replaces the draft, unless events would be lost that no bundle has.

    It starts from the published copy; or from the one that `onto` names: in a folder, or on a branch, whose published folder is
    then put in place here.
    """
    with ExitStack() as stack:
        branch = None
        if onto is None:
            copy = publishing.newest(db)
        elif (copy := Path(onto) / db.name).is_file() and copy.with_name("checkpoint").is_file():
            refuse_leading_away(copy.parent, "timeline build --fresh --onto {}")
            publishing.refuse_conflict(copy.parent)
        else:
            branch = stack.enter_context(publishing.on_branch(db, onto))
            copy = branch.fresh / db.name
        label = f"{onto}:{branch.folder.name}/{db.name}" if branch else str(copy)
        stack.enter_context(publishing.shown_as(str(copy), label))
        timeline = stack.enter_context(opened(db)) if db.exists() else None
        own = publishing.own_checkpoints(timeline.log, copy) if timeline else {}
        if own and onto is None:
            raise Refused(
                f"{db}: was published or signed ({count(len(own), 'checkpoint')}), so its events cannot change. Correct them in a"
                f" further entry. {_how_to_drop(db, copy)}"
            )
        if (signers := sorted(set(own.values()) - {""})) and not yes:
            raise Refused(
                f"{db}: was signed by {' and '.join(signers)}, and anyone with that checkpoint can show it. If nobody has it, add"
                " --yes"
            )
        source = stack.enter_context(opened(copy, guarded=False)) if copy else None
        if source and copy and onto is None:
            publishing.refuse_what_git_holds(source.log, copy.parent, merged=True)
        comparison = publishing.compare(timeline.log, copy) if timeline and copy else None
        advance = stack.enter_context(progress("Verifying", 3 * source.log.size() if source else 0))
        with publishing.replacing(source, db, advance) as fresh:
            start = source.log.size() if source else 0
            shared = comparison.same if comparison else 0
            yield Basis(fresh, start, range(shared + 1, start + 1) if timeline else range(0))
            if timeline:
                _take_over(publishing.Drafts(timeline.log, fresh, db, shared, start), yes=yes)
        if own:
            events = " and ".join(count(size, "event") for size in own)
            click.echo(harmless(f"Dropped: your publication of {events}, which {label} does not hold"), err=True)
        if branch:
            _put_in_place(branch)


def _take_over(drafts: publishing.Drafts, *, yes: bool) -> None:
    """Repeat the draft's redactions, and name the events that would be lost. Raises Refused unless `yes` allows the loss."""
    for message in drafts.redact_again():
        click.echo(harmless(message), err=True)
    with opened(drafts.path) as new:
        lost = drafts.lost(new.log)
    if not lost:
        return
    more = f"; and {len(lost) - _NAMED:,} more" if len(lost) > _NAMED else ""
    named = f"{'; '.join(lost[:_NAMED])}{more}"
    if not yes:
        raise Refused(
            f"{drafts.name}: holds {named}. No bundle has that, so it would be lost. Write it into a bundle"
            " (timeline export jsonl); or, to lose it, repeat with --yes"
        )
    click.echo(harmless(f"Lost: {named}"), err=True)


def _put_in_place(branch: Branch) -> None:
    number, pushed = branch.put_in_place()
    click.echo(harmless(f"{branch.folder}: is now as on {branch.name}. Next: timeline publish {branch.folder}"), err=True)
    if number:
        message = f"Undone: {count(number, 'commit')} with another publication. Their other changes are in your files: commit those"
        more = f". {pushed:,} of them had been pushed: git push --force-with-lease, and tell everyone" if pushed else ""
        click.echo(f"{message}{more}", err=True)


def _how_to_drop(db: Path, copy: Path | None) -> str:
    """Advise how to drop a publication that nobody received."""
    if publishing.is_shared(db.absolute().parent):
        return f"If nobody received it (it was neither pushed nor sent): {publishing.how_to_continue(db.absolute().parent)}"
    onto = copy.parent if copy else "DIR"
    return f"If nobody received it: timeline build --fresh --onto {onto}"
