"""Sample happenings, and a function that exports them."""

from collections.abc import Iterable

from timeline import dates
from timeline.exchange.exporting import format_named
from timeline.exchange.exporting.format import About, Format
from timeline.exchange.exporting.losses import Losses
from timeline.reading.records import Happening, Quotation, Source

ABOUT = About(
    "A <timeline> & more", "https://example.org/t/-/timeline", "What it is", "en", 7, "2026-01-02T03:04:05Z", log="0123abcd"
)
SOURCE = Source("report", "The *report*", "TNA", published="2025-11-28", sha256="ab" * 32, archived_at="2026-01-01T00:00:00Z")


def quotation(number: int = 1, **fields: object) -> Quotation:
    """Make a quotation."""
    defaults = {"quote": "words <b> that, stand; there", "prefix": "", "suffix": "", "start": 0, "end": 9, "grade": "exact"}
    return Quotation(number, **{"source": SOURCE, **defaults, "stance": "supports", "page": 3, **fields})


def happening(id: str = "a", title: str = "It happened", date: str = "2025-11-24", **fields: object) -> Happening:
    """Make a happening."""
    parsed = dates.parse(date)
    defaults = {"version": 1, "position": 5, "recorded_at": "2026-01-02T03:04:05.678Z", "recorded_by": "someone"}
    defaults |= {"status": "current"}
    defaults |= {"earliest": parsed.earliest, "latest": parsed.latest, "quotations": (quotation(),)}
    return Happening(id=id, title=title, date=date, **{**defaults, **fields})


def written(name: str, *happenings: Happening, about: About = ABOUT) -> str:
    """Write happenings in a format of text."""
    return "".join(str(chunk) for chunk in format_named(name).write(happenings, about))


def lost(happenings: Iterable[Happening], format: Format) -> list[str]:
    """Describe what happenings lose in a format."""
    losses = Losses(format)
    list(losses.watch(happenings))
    return losses.lines()
