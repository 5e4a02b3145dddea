"""The losses of an export are counted and reported."""

from sample_happenings import lost

from timeline import ArchivedSource, Timeline
from timeline.exchange.exporting.format import Format
from timeline.reading.happenings import at_positions


def nothing(happenings: object, about: object) -> None:
    """Write no happening."""


def test_losses_are_counted(timeline: Timeline, report: ArchivedSource) -> None:
    """A line for each field that is used, and none for the others."""
    for number, date in enumerate(("2025-11-24", "2025~", "2025/..")):
        timeline.record(f"h{number}", title="x", date=date, kind="k" if number else None, citations=[report.quote("Marrakech")])
    format = Format(
        "x", "X", "text/plain", ".x", nothing,  # type: ignore[arg-type]
        {"kind": "left out", "date": "made a day", "date.uncertain": "unmarked", "tags": "left out", "published": "a year"},
    )  # fmt: skip
    read = at_positions(timeline.log.connection, [2, 3, 4])
    assert lost(read, format) == [
        "kinds (in 2 of 3 happenings): left out",
        "vague dates (in 2 of 3 happenings): made a day",
        "uncertain and approximate dates (in 1 of 3 happenings): unmarked",
        "when a source was published (in 3 of 3 happenings): a year",
    ]
