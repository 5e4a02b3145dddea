"""Two people's files: Ann's, and Ben's copy of it, in which each goes on alone."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from timeline import Timeline

WORDS = "The council met in Marrakech. It sat for four days. It left on Friday. A witness named Xanthippe saw it."


def begin(folder: Path) -> tuple[Path, Path]:
    """Make Ann's file with a source and a happening, and Ben's copy."""
    ann, ben = folder / "ann.db", folder / "ben.db"
    with Timeline(ann, by="Ann") as timeline:
        timeline.archive(text=WORDS, id="minutes", title="Minutes")
        record(timeline, "met", "met in Marrakech")
    shutil.copy(ann, ben)
    return ann, ben


def record(timeline: Timeline, id: str, quote: str = "four days", source: str = "minutes", **more: str) -> None:
    """Record a happening."""
    fields = {"title": id.capitalize(), "date": "2025-11", **more}
    timeline.record(id, citations=[{"source": source, "quote": quote}], **fields)  # type: ignore[arg-type]


@contextmanager
def writing(path: Path) -> Iterator[Timeline]:
    """Write to a file as the person whose it is."""
    with Timeline(path, by=path.stem.capitalize()) as timeline:
        yield timeline


def names(path: Path) -> list[tuple[str, str]]:
    """Name the events of a file in their order, each with its author."""
    with Timeline(path, read_only=True) as timeline:
        return [(event.id, event.recorded_by) for event in timeline.log.events()]
