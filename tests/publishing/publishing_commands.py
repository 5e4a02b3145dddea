"""Commands that tests of publishing run, and the files that they compare."""

import multiprocessing
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event as Signal
from pathlib import Path

from click.testing import CliRunner, Result

from timeline import Timeline
from timeline.cli import main
from timeline.merkle import Checkpoint, Key, Note

TEXT = "The council met in Marrakech on 24 November 2025. Unmistakeable words stand here."

PUBLIC = (
    "Publishes 1 document in full, less than 0.1 MB: 1 without the name of a publisher or author."
    " Publish only what you may: --documents cited-passages keeps them back.\n"
)


def run(*words: str | Path) -> Result:
    """Run a command in this process; nothing may end in a traceback."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refused(*words: str | Path) -> str:
    """Run a command that is refused, in one line, and give that."""
    result = run(*words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert (result.stderr[:7], result.stderr.count("\n")) == ("Error: ", 1)
    return result.stderr.removeprefix("Error: ").rstrip("\n")


def more(count: int = 1, path: str | Path = "timeline.db") -> None:
    """Append happenings."""
    with Timeline(path, by="tester") as timeline:
        size = timeline.log.size()
        cited = {"title": "It goes on", "date": "2025", "citations": [timeline.source("report").quote("The council met")]}
        timeline.append_many({"id": f"h-{size + number}", **cited} for number in range(count))


def content(folder: Path) -> dict[str, bytes]:
    """Read all files of a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def note(path: Path) -> Note:
    """Read a checkpoint."""
    return Note.parse(path.read_bytes())


def sound(folder: Path) -> Checkpoint:
    """Make sure that a published database is whole, and adds to the checkpoint that lies beside it, which is given."""
    kept = note(folder / "checkpoint")
    keys = [Key.parse((folder / "public-key").read_text())] if (folder / "public-key").exists() else []
    with Timeline(folder / "timeline.db", read_only=True) as timeline:
        assert timeline.verify(against=[kept], keys=keys).faults == ()
    return Checkpoint.of(kept)


def command(*words: str | Path, before: str = "") -> list[str]:
    """Give the command as a process of its own runs it."""
    return [sys.executable, "-c", f"{before}\nfrom timeline.cli import main\nmain()", *map(str, words)]


def append_until_told(path: Path, begun: Signal, end: Signal) -> None:
    """Append three happenings at a time."""
    while not end.is_set():
        more(3, path)
        begun.set()


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Have another process append for as long as the block lasts."""
    forks = multiprocessing.get_context("fork")
    begun, end = forks.Event(), forks.Event()
    process = forks.Process(target=append_until_told, args=(path, begun, end))
    process.start()
    assert begun.wait(30)
    try:
        yield
    finally:
        end.set()
        process.join()
    assert process.exitcode == 0
