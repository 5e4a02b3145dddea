"""Fixtures that many tests share: the project's folders, a clock that stands still, and small timelines."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings

from timeline import ArchivedSource, Timeline

# Every push tries the same examples, so that a failure comes back; each night tries others. A busy machine is no failure.
settings.register_profile("timeline", deadline=None, derandomize="TIMELINE_SEED" not in os.environ, print_blob=True)
settings.load_profile("timeline")

PROJECT = Path(__file__).parent.parent
SHARED = PROJECT.parent / "shared"
REPORT = """The council met in Marrakech on 24 November 2025.
It sat for four days. Some say three hundred came; others say three hundred and fifty.
"""


@pytest.fixture
def shared() -> Path:
    """Vectors and real data, kept outside the project; tests that need them skip where they are absent."""
    if not SHARED.is_dir():
        pytest.skip("../shared is not here")
    return SHARED


class Clock:
    """A clock that is one second later at each look."""

    def __init__(self) -> None:
        """Begin with the year 2026."""
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Tell the time."""
        self.time += timedelta(seconds=1)
        return self.time


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a timeline is to be made."""
    return tmp_path / "timeline.db"


@pytest.fixture
def timeline(path: Path) -> Iterator[Timeline]:
    """Make an empty timeline."""
    with Timeline(path, by="tester", clock=Clock()) as timeline:
        timeline.log.make()
        yield timeline


@pytest.fixture
def report(timeline: Timeline) -> ArchivedSource:
    """Archive a document to quote from, at position 1."""
    return timeline.archive(text=REPORT, id="report", title="A report", published="2025-11-28")


@pytest.fixture
def meeting(timeline: Timeline, report: ArchivedSource) -> str:
    """Record a happening, at position 2."""
    timeline.record(
        "meeting",
        title="The council meets",
        date="2025-11-24",
        kind="meeting",
        place="Marrakech",
        actors=["The council", {"name": "A chair", "role": "chair"}],
        tags=["council"],
        citations=[report.quote("met in Marrakech on 24 November 2025")],
    )
    return "meeting"
