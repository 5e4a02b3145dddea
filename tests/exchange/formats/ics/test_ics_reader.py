"""iCalendar: each event with its slice; days, times and zones as written."""

import pytest

from timeline.errors import ImportRefused
from timeline.exchange.formats.ics import reader as ics


def _one(*lines: str) -> tuple[str, ...]:
    return ("BEGIN:VEVENT", "UID:a@b", "SUMMARY:A", *lines, "END:VEVENT")


@pytest.mark.parametrize(
    ("lines", "expected", "zone"),
    [
        (("DTSTART;VALUE=DATE:20240103", "DTEND;VALUE=DATE:20240105"), "2024-01-03/2024-01-04", None),
        (("DTSTART;VALUE=DATE:20240103", "DTEND;VALUE=DATE:20240104"), "2024-01-03", None),
        (("DTSTART:20240103T101500Z",), "2024-01-03T10:15Z", None),
        (("DTSTART:20240103T101530Z",), "2024-01-03T10:15:30Z", None),
        (("DTSTART:20240103T101500", "DURATION:P2D"), "2024-01-03T10:15/2024-01-05T10:15", None),
        (("DTSTART:20240103T101500", "DURATION:PT20M"), "2024-01-03T10:15/2024-01-03T10:35", None),
        (("DTSTART;TZID=Europe/Paris:20240103T101500",), "2024-01-03T10:15", "Europe/Paris"),
        (("DTSTART;VALUE=DATE:19200101", "DTEND;VALUE=DATE:19300101", "X-TIMELINE-EDTF:192X"), "192X", None),
    ],
)
def test_dates_are_read_as_written(lines: tuple[str, ...], expected: str, zone: str | None) -> None:
    """The end of whole days is the last of them. A zone keeps its name. The second 00 is dropped. EDTF takes precedence."""
    text = "\r\n".join(("BEGIN:VCALENDAR", "VERSION:2.0", *_one(*lines), "END:VCALENDAR", ""))
    (row,) = ics.read(text).rows
    assert (row.fields.get("date"), row.fields.get("zone"), row.refused) == (expected, zone, None)
    assert text[row.start : row.end] == "\r\n".join(_one(*lines))


def test_repetitions_and_cancellations_are_reported() -> None:
    """Folded lines are joined. Only the first occurrence is imported."""
    lines = ("DTSTART:20240103T101500Z", "RRULE:FREQ=DAILY", "STATUS:CANCELLED", "DESCRIPTION:one\\, t", " wo", "X-A:b")
    (row,) = ics.read("\n".join(("BEGIN:VCALENDAR", *_one(*lines), "END:VCALENDAR"))).rows
    assert row.fields["summary"] == "one, two"
    assert {"RRULE", "STATUS", "X-A"} <= {field for field, _, _ in row.dropped}
    assert "cancelled" in row.questions[0][1]


def test_broken_calendars_and_events_are_refused() -> None:
    """Another file, and an unreadable event."""
    with pytest.raises(ImportRefused):
        ics.read("a,b")
    (row,) = ics.read("BEGIN:VEVENT\nDTSTART:x\nSUMMARY:A\n").rows
    assert row.refused


def test_impossible_dates_are_refused_or_asked() -> None:
    """An impossible day is refused. An end before the beginning is a question."""
    text = "BEGIN:VCALENDAR\r\n" + "".join(
        f"BEGIN:VEVENT\r\nUID:{n}\r\nSUMMARY:A\r\n{dates}\r\nEND:VEVENT\r\n"
        for n, dates in enumerate(("DTSTART:20190230T120000", "DTSTART;VALUE=DATE:20190501\r\nDTEND;VALUE=DATE:20190430"))
    )
    first, second = ics.read(text + "END:VCALENDAR\r\n").rows
    assert 'in "DTSTART:20190230T120000"' in (first.refused or "")
    assert second.fields["date"] == "2019-05-01"
    assert "DTEND (2019-04-30) is before DTSTART" in second.questions[0][1]


def test_unreadable_properties_are_reported_by_name() -> None:
    """An unreadable end is a question. Other unreadable properties, and lines without a name, are dropped."""
    for end, words in (("DTEND:soon", "soon"), ("DTEND;VALUE=DATE:20249999", "20249999"), ("DURATION:xx", "xx")):
        (row,) = ics.read("\n".join(("BEGIN:VCALENDAR", *_one("DTSTART:20240103T101500Z", end), "END:VCALENDAR"))).rows
        assert (row.fields["date"], row.refused) == ("2024-01-03T10:15Z", None)
        assert f'"{words}", cannot be read' in row.questions[0][1]
        assert words in row.fields["date_note"]
    lines = ("DTSTART:20240103T101500Z", "GEO:abc", "RRULE:FOO", "CATEGORIES")
    (row,) = ics.read("\n".join(("BEGIN:VCALENDAR", *_one(*lines), "END:VCALENDAR"))).rows
    assert row.refused is None
    assert {"GEO", "RRULE", "a line"} <= {field for field, _, _ in row.dropped}


def test_midnight_is_asked_about_in_a_calendar_too() -> None:
    """In any zone, because many programs write it for a whole day. A day alone is not asked about."""
    for start, asked in (
        ("DTSTART:20240103T000000Z", True),
        ("DTSTART:20240103T000000", True),
        ("DTSTART;VALUE=DATE:20240103", False),
    ):
        (row,) = ics.read("\n".join(("BEGIN:VCALENDAR", *_one(start), "END:VCALENDAR"))).rows
        assert any("midnight" in words for _, words in row.questions) == asked
