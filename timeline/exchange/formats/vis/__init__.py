"""Items of vis-timeline: reader and writer. The reader compares an item with `placed`, to see whether somebody moved it."""

from timeline import dates
from timeline.dates.spans import Parts, span


def placed(edtf: str) -> dict[str, str]:
    """Return the `start`, `end` and `type` of a date of which at least one side is known."""
    parts, date = span(edtf), dates.parse(edtf)
    first = date.earliest or date.latest or ""
    if parts.begin is not None and parts.begin.clock and parts.end in (None, parts.begin):
        return {"start": _instant(first, _time(parts.begin)), "type": "point"}
    if date.timed and date.earliest and date.latest:
        end = _instant(date.latest, _last_second(parts.end or parts.start))
        return {"start": _instant(date.earliest, _time(parts.start)), "end": end, "type": "range"}
    if date.earliest == date.latest or date.earliest is None or date.latest is None:
        return {"start": _instant(first), "type": "point"}
    return {"start": _instant(first), "end": _instant(date.latest, "T23:59:59"), "type": "range"}


def _time(side: Parts | None) -> str:
    """Write the time at which a side begins, as exactly as it is known. JavaScript cannot read an hour alone."""
    if side is None or side.time is None:
        return "T00:00:00"
    return f"T{side.clock or f'{side.time}:00'}{side.shift}"


def _last_second(side: Parts | None) -> str:
    """Write the time at which a side ends: the last second of an hour or a day."""
    if side is None or side.time is None:
        return "T23:59:59"
    return f"T{side.clock or f'{side.time}:59:59'}{side.shift}"


def _instant(day: str, time: str = "T00:00:00") -> str:
    """Write a day for JavaScript. Before year 0 and after 9999, a year has six digits and a sign."""
    year, _, rest = day[1:].partition("-") if day.startswith("-") else day.partition("-")
    sign = "-" if day.startswith("-") else "+" if len(year) > len("9999") else ""
    return f"{sign}{year.zfill(6) if sign else year}-{rest}{time}"
