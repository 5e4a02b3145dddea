"""Calendars, as an independent library reads them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_happenings import happening, written
from shares import share

from timeline.reading.records import Happening

icalendar = pytest.importorskip("icalendar")


def events(*happenings: Happening) -> list[Any]:
    """Export happenings as a calendar, and read its events."""
    return list(icalendar.Calendar.from_ical(written("ics", *happenings)).walk("VEVENT"))


def test_a_day_is_a_day_and_its_end_is_the_day_after() -> None:
    """Events have stable ids, a version and a state."""
    (event,) = events(happening(version=3, status="retracted", reason="wrong", latitude="31.6", longitude="-7.9"))
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (date(2025, 11, 24), date(2025, 11, 25))
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == ("a@0123abcd", 2, "CANCELLED")
    assert event["SUMMARY"] == "It happened"
    assert "Retracted: wrong" in event["DESCRIPTION"]
    assert event.decoded("DTSTAMP") == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("edtf", "first", "after", "summary"),
    [
        ("2003", date(2003, 1, 1), date(2004, 1, 1), "2003: It happened"),
        ("2003/..", date(2003, 1, 1), date(2004, 1, 1), "from 2003, end open: It happened"),
        ("1990~", date(1990, 1, 1), date(1991, 1, 1), "about 1990: It happened"),
    ],
)
def test_a_vague_date_is_in_words(edtf: str, first: date, after: date, summary: str) -> None:
    """It is on every day that it allows, with its exact EDTF."""
    (event,) = events(happening(date=edtf))
    assert (event.decoded("DTSTART"), event.decoded("DTEND"), event["SUMMARY"]) == (first, after, summary)
    assert event["X-TIMELINE-EDTF"] == edtf


def test_an_instant_is_in_utc_and_a_local_time_is_floating() -> None:
    """No time zone is invented."""
    instant, local = events(happening(date="2025-11-24T10:00:00+01:00"), happening("b", date="2025-11-24T10:00:00"))
    assert instant.decoded("DTSTART") == datetime(2025, 11, 24, 9, tzinfo=UTC)
    assert local.decoded("DTSTART") == datetime(2025, 11, 24, 10)


@pytest.mark.parametrize("edtf", ["-0043-03-15", "Y12000", "../..", "9999-12-31"])
def test_happenings_that_no_calendar_can_hold_are_listed(edtf: str) -> None:
    """No happening is dropped in silence."""
    calendar = icalendar.Calendar.from_ical(written("ics", happening(date=edtf)))
    assert calendar.walk("VEVENT") == []
    assert str(calendar["X-TIMELINE-LEFT-OUT"]).startswith("a: ")


@settings(max_examples=share(40), deadline=None)
@given(st.text(st.characters(exclude_categories=("C", "Z")), min_size=1))
def test_any_title_comes_back(title: str) -> None:
    """Lines are folded at 75 octets, never within a character, and separators are escaped."""
    text = written("ics", happening(title=title))
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert icalendar.Calendar.from_ical(text).walk("VEVENT")[0]["SUMMARY"] == title
