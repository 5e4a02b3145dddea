"""Where a date is drawn by vis-timeline: a point, or a range over all days that it allows.

The writer places by it, and the reader knows by it whether an item was moved.
"""

from timeline import dates
from timeline.dates.parts import Known, span


def placed(edtf: str) -> dict[str, str]:
    """Say where a date of which any side is known is drawn."""
    found, date = span(edtf), dates.parse(edtf)
    first = date.earliest or date.latest or ""
    if found.begin is not None and found.begin.clock and found.end in (None, found.begin):
        return {"start": _instant(first, _time(found.begin)), "type": "point"}
    if date.timed and date.earliest and date.latest:
        return {
            "start": _instant(date.earliest, _time(found.start)),
            "end": _until(date, found.end or found.start),
            "type": "range",
        }
    if date.earliest == date.latest or date.earliest is None or date.latest is None:
        return {"start": _instant(first), "type": "point"}
    return {"start": _instant(first), "end": _instant(date.latest, "T23:59:59"), "type": "range"}


def _time(known: Known | None) -> str:
    """Write the time at which a side begins, as exact as it is known; JavaScript reads no hour alone."""
    if known is None or known.time is None:
        return "T00:00:00"
    return f"T{known.clock or f'{known.time}:00'}{known.shift}"


def _until(date: dates.Edtf, known: Known | None) -> str:
    """Write where a range ends: of an hour, or of a day, with its last second."""
    time = known.time if known is not None else None
    ends = "T23:59:59" if known is None or time is None else f"T{known.clock or f'{time}:59:59'}{known.shift}"
    return _instant(date.latest or "", ends)


def _instant(day: str, time: str = "T00:00:00") -> str:
    """Write a day as JavaScript reads it: before year 0 and after 9999 a year has six digits and a sign."""
    year, _, rest = day[1:].partition("-") if day.startswith("-") else day.partition("-")
    sign = "-" if day.startswith("-") else "+" if len(year) > len("9999") else ""
    return f"{sign}{year.zfill(6) if sign else year}-{rest}{time}"
