"""TimelineJS, as JSON: reader and writer. The reader compares a slide with `placed`, to see whether somebody moved it."""

from timeline.dates.spans import Parts, Span


def shown_year(year: int) -> int:
    """Return an astronomical year as TimelineJS shows it."""
    return year if year > 0 else year - 1


def placed(parts: Span) -> dict[str, dict[str, int]]:
    """Return the `start_date` and `end_date` of a slide. A `start_date` without parts means that no side is known."""
    dates = {"start_date": _date(parts.begin) if parts.begin else {}}
    return {**dates, "end_date": _date(parts.end)} if parts.start and parts.end else dates


def _date(side: Parts) -> dict[str, int]:
    date = {"year": shown_year(side.year)}
    if side.month is not None:
        date["month"] = side.month
    if side.day is not None:
        date["day"] = side.day
    if side.clock is not None:
        date |= dict(zip(("hour", "minute", "second"), map(int, side.clock.split(":")), strict=False))
    return date
