"""Two clones of one project: commands, bundles, and what one pulls from the other."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from click.testing import CliRunner, Result

from timeline import Timeline
from timeline.cli import main

WORDS = "The council met in Marrakech. It sat for four days. It left on Friday."


def run(*words: str) -> Result:
    """Run a command in this folder."""
    return CliRunner().invoke(main, list(words))


def done(*words: str) -> str:
    """Run a command that does what it is asked to, and give all that it said."""
    result = run(*words)
    assert result.exit_code == 0, result.output
    return result.output


def refused(*words: str) -> str:
    """Run a command that is refused, and give what it said."""
    result = run(*words)
    assert result.exit_code == 1, result.output
    return result.output


def write(name: str, id: str, quote: str, title: str = "T") -> None:
    """Write a bundle of one happening into this folder's project."""
    entry = f"  - {{id: {id}, title: {title}, date: '2025', citations: [{{source: r, quote: {quote}}}]}}"
    Path(f"events/{name}.yaml").write_text(f"happenings:\n{entry}\n", encoding="utf-8")


def size(path: str = "timeline.db") -> int:
    """Count the events in a timeline."""
    with Timeline(path, read_only=True) as timeline:
        return timeline.log.size()


def pull(there: Path, here: Path) -> None:
    """Take over what another has written and published."""
    for name in ("events", "public"):
        shutil.copytree(there / name, here / name, dirs_exist_ok=True)


def older(path: str, *more: str) -> None:
    """Make the read tables of a file those of another version, which are not checked."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for sql in ("UPDATE projected SET definition = 'older'", "UPDATE happenings SET title = 'As it once was'", *more):
            connection.execute(sql)
