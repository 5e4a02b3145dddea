"""What many tests are made of: the project's folder, a document to quote from, and a clock that stands still."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

PROJECT = Path(__file__).parent.parent
REPORT = """The council met in Marrakech on 24 November 2025.
It sat for four days. Some say three hundred came; others say three hundred and fifty.
"""


class Clock:
    """A clock that is one second later at each look."""

    def __init__(self) -> None:
        """Begin with the year 2026."""
        self.time = datetime(2026, 1, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Tell the time."""
        self.time += timedelta(seconds=1)
        return self.time
