"""Happenings that are difficult to export. Must not test anything."""

from collections.abc import Sequence

from timeline import dates
from timeline.exchange.exporting.format import About
from timeline.reading.records import Happening, Quotation, Source

SOURCE = Source(
    "report", "A <report> & more", "TNA", "Ann, Bob", "2025-11", "https://example.org/r?a=1&b=2", "en", "application/pdf",
    "ab" * 32, "2026-01-01T00:00:01.000Z",
)  # fmt: skip
BARE = Source("bare", None)
DATES = (
    "2025", "2025-11", "2025-11-24", "2025-11-24T10:30:00+01:00", "2025~", "-0043-03-15", "0000", "2003/..", "../2003",
    "2003/2005-06", "201X", "2003-21", "[1999,2001]", "Y-170000002", "../..", "Y12000", "2003-05-16/2003-05-18",
)  # fmt: skip


def happening(number: int, date: str) -> Happening:
    """Make a happening with every field, and with difficult characters."""
    parsed = dates.parse(date)
    quotations = (
        Quotation(1, SOURCE, "they “met”\n</script> & left", "before ", " after", 10, 36, "exact", "supports", "the day", 3),
        Quotation(2, BARE, "=1+1", "", "", 0, 4, "typographic", "disputes"),
    )
    return Happening(
        id=f"h{number}", version=1, position=number + 2, recorded_at="2026-01-01T00:00:02.000Z", recorded_by="tester",
        status="current", title=f"=Title {number} <b>", date=date, earliest=parsed.earliest, latest=parsed.latest,
        summary="One.\n\nTwo & <i>three</i>.", date_note="as told", kind="+kind", place="Marrakech", latitude="31.62",
        longitude="-7.98", part_of="h0", attributed_to="Ann", actors=(("Ann", None), ("Bob", "chair")), tags=("x", "y"),
        related=(("h0", "follows"),), quotations=quotations,
    )  # fmt: skip


MANY: Sequence[Happening] = tuple(happening(number, date) for number, date in enumerate(DATES))
"""A happening for every kind of date."""
ABOUT = About("Councils </script>", "https://example.org/db/-/timeline", position=9, at="2026-01-01T00:00:09.000Z")
"""A published timeline."""
