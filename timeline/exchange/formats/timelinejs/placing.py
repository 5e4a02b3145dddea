"""The dates of a slide of TimelineJS. The writer places by it, and the reader knows by it whether a slide was moved."""

from timeline.dates.parts import Known, Span


def shown_year(year: int) -> int:
    """Give an astronomical year as TimelineJS shows it."""
    return year if year > 0 else year - 1


def placed(found: Span) -> dict[str, dict[str, int]]:
    """Give the dates of a slide."""
    said = {"start_date": _date(found.begin) if found.begin else {}}
    return {**said, "end_date": _date(found.end)} if found.start and found.end else said


def _date(known: Known) -> dict[str, int]:
    date = {"year": shown_year(known.year)}
    if known.month is not None:
        date["month"] = known.month
    if known.day is not None:
        date["day"] = known.day
    if known.clock is not None:
        date |= dict(zip(("hour", "minute", "second"), map(int, known.clock.split(":")), strict=False))
    return date
