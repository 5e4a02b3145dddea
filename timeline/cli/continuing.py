"""How a build goes on from what was published: brought up to it, or begun anew from it. Must not know what bundles say."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from timeline import authors, publishing
from timeline.cli.printing import count, harmless
from timeline.cli.running import Refused, opened, progress, refuse_leading_away
from timeline.publishing import Branch

_NAMED = 5  # things that would be lost


@dataclass(frozen=True, slots=True)
class Basis:
    """What a build appends to: a file, how many of its events were published, and the positions of those that are new to it."""

    path: Path
    published: int
    unseen: range = range(0)


def published(db: Path) -> Basis:
    """Tell what of a timeline was published, as far as a checkpoint in a folder beside it says."""
    return Basis(db, publishing.newest_size(db))


def author(db: Path) -> str | None:
    """Tell who writes a timeline's project, for a file begun elsewhere. Raises Refused where that is not sound."""
    path = db.with_name("metadata.json")
    try:
        return os.environ.get("TIMELINE_BY") or authors.of_project(path)
    except ValueError as error:
        raise Refused(f"{path}: does not say who writes this project: {error}. Correct it, or say who appends: --by NAME") from None


def brought_up(db: Path) -> Basis:
    """Bring a timeline up to its published copy, where that holds more; refuse to go on where the two differ."""
    if (copy := publishing.newest(db)) is None or not db.exists():
        return published(db)
    with opened(db) as timeline:
        comparison = publishing.compare(timeline.log, copy)
        own = {} if comparison.adds else publishing.checkpoints_of_its_own(timeline.log, copy)
        if comparison.adds:
            publishing.refuse_what_git_holds(timeline.log, copy.parent, merged=True)
            return published(db)
    told = harmless(comparison.tell(db, copy))
    if own:
        raise Refused(f"{told}, and was published or signed ({count(len(own), 'checkpoint')}). {_dropping(db, copy)}")
    if not comparison.lags:
        raise Refused(
            f"{told}. The published events stay. To go on from them, with your bundles after them: timeline build --fresh"
        )
    with (
        opened(copy, guarded=False) as source,
        progress("Verifying", 3 * comparison.theirs) as advance,
        publishing.anew(source, db, advance),
    ):
        pass
    click.echo(f"{told}; it now holds them all", err=True)
    return Basis(db, comparison.theirs, range(comparison.ours + 1, comparison.theirs + 1))


@contextmanager
def begun_anew(db: Path, onto: str | None, *, yes: bool) -> Iterator[Basis]:
    """Give a file to append the bundles to, which takes the place of a draft at the end; the draft stays where more would go.

    It begins from the published copy; or from the one `onto` which it is asked to go: in a folder, or on a branch, whose published
    folder is then in place here.
    """
    with ExitStack() as stack:
        branch = None
        if onto is None:
            copy = publishing.newest(db)
        elif (copy := Path(onto) / db.name).is_file() and copy.with_name("checkpoint").is_file():
            refuse_leading_away(copy.parent, "timeline build --fresh --onto {}")
            publishing.refuse_conflict(copy.parent)
        else:
            branch = stack.enter_context(publishing.taken(db, onto))
            copy = branch.fresh / db.name
        told = f"{onto}:{branch.folder.name}/{db.name}" if branch else str(copy)
        stack.enter_context(publishing.told_as(str(copy), told))
        timeline = stack.enter_context(opened(db)) if db.exists() else None
        own = publishing.checkpoints_of_its_own(timeline.log, copy) if timeline else {}
        if own and onto is None:
            raise Refused(
                f"{db}: was published or signed ({count(len(own), 'checkpoint')}), so what it holds stays. Correct it by a further"
                f" entry. {_dropping(db, copy)}"
            )
        if (signers := sorted(set(own.values()) - {""})) and not yes:
            raise Refused(
                f"{db}: was signed by {' and '.join(signers)}, and whoever has that checkpoint can show that it was. If nobody has,"
                " add --yes"
            )
        source = stack.enter_context(opened(copy, guarded=False)) if copy else None
        if source and copy and onto is None:
            publishing.refuse_what_git_holds(source.log, copy.parent, merged=True)
        comparison = publishing.compare(timeline.log, copy) if timeline and copy else None
        advance = stack.enter_context(progress("Verifying", 3 * source.log.size() if source else 0))
        with publishing.anew(source, db, advance) as fresh:
            begun = source.log.size() if source else 0
            shared = comparison.same if comparison else 0
            yield Basis(fresh, begun, range(shared + 1, begun + 1) if timeline else range(0))
            if timeline:
                _take_over(publishing.Drafts(timeline.log, fresh, db, shared, begun), yes=yes)
        if own:
            events = " and ".join(count(size, "event") for size in own)
            click.echo(harmless(f"Dropped: your publication of {events}, which {told} does not hold"), err=True)
        if branch:
            _put_in_place(branch)


def _take_over(drafts: publishing.Drafts, *, yes: bool) -> None:
    """Redact again, and refuse to lose anything unasked; what is lost is named."""
    for told in drafts.redact_again():
        click.echo(harmless(told), err=True)
    with opened(drafts.path) as new:
        lost = drafts.lost(new.log)
    if not lost:
        return
    more = f"; and {len(lost) - _NAMED:,} more" if len(lost) > _NAMED else ""
    named = f"{'; '.join(lost[:_NAMED])}{more}"
    if not yes:
        raise Refused(
            f"{drafts.name}: holds {named}, which no bundle has, so that would be lost. Write it into a bundle"
            " (timeline export jsonl); or, to lose it, repeat with --yes"
        )
    click.echo(harmless(f"Lost: {named}"), err=True)


def _put_in_place(branch: Branch) -> None:
    number, pushed = branch.put_in_place()
    click.echo(harmless(f"{branch.folder}: is as on {branch.name}. Next: timeline publish {branch.folder}"), err=True)
    if number:
        told = (
            f"Taken back: {count(number, 'commit')} with another publication. All else in there is in your files: commit it again"
        )
        more = f". {pushed:,} of them had been pushed: git push --force-with-lease, and tell everyone" if pushed else ""
        click.echo(f"{told}{more}", err=True)


def _dropping(db: Path, copy: Path | None) -> str:
    """Say how to drop a publication that nobody received."""
    if publishing.is_shared(db.absolute().parent):
        return f"If nobody received it, for it was neither pushed nor sent: {publishing.how_to_go_on(db.absolute().parent)}"
    onto = copy.parent if copy else "DIR"
    return f"If nobody received it: timeline build --fresh --onto {onto}"
