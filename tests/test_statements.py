"""Statements: every fault is refused in one line and named once, and a time of day is as exact as it is known."""

from typing import Any

import pytest
from test_timeline import FOUND

from timeline import ArchivedSource, Timeline, TimelineError
from timeline.errors import (
    QuoteAmbiguous,
    QuoteNotFound,
    StatementInvalid,
    UnknownHappening,
    UnknownSource,
)
from timeline.model import Actor, Citation


def test_a_misspelt_inner_field_is_named_with_the_one_that_was_meant(timeline: Timeline, report: ArchivedSource) -> None:
    """A fault inside a citation is told there, and is not taken for a missing citation."""
    with pytest.raises(StatementInvalid) as caught:
        timeline.record("x", title="X", date="2025", citations=[{**FOUND, "prefx": "x"}])
    assert caught.value.faults == (("citations.1.prefx", 'is not a field here. Did you mean "prefix"?'),)


@pytest.mark.parametrize(
    ("fields", "faults"),
    [
        ({"actors": [{"nme": "x"}]}, [("actors.1.nme", 'is not a field here. Did you mean "name"?')]),
        (
            {"citations": [{"source": "report", "qoute": "x"}]},
            [("citations.1.qoute", 'is not a field here. Did you mean "quote"?')],
        ),
        (
            {"related": [{"qqq": "x"}]},
            [("related.1.other", "is missing. Give it"), ("related.1.qqq", "is not a field here. Leave it out")],
        ),
        ({"citations": Citation(**FOUND)}, [("citations", "is not a list. Write one")]),
        ({"citations": FOUND}, [("citations", "is not a list. Write one")]),
        ({"actors": Actor(name="x")}, [("actors", "is not a list. Write one")]),
    ],
)
def test_one_mistake_is_one_fault(
    timeline: Timeline, report: ArchivedSource, fields: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    """A misspelt field is not missing as well, and a lone thing where several are expected is no list of its fields."""
    with pytest.raises(StatementInvalid) as caught:
        timeline.record("x", **{"title": "X", "date": "2025", "citations": [FOUND], **fields})
    assert list(caught.value.faults) == faults


def test_an_unknown_zone_is_a_fault_of_the_zone(timeline: Timeline, report: ArchivedSource) -> None:
    """Not of the date, which may be right."""
    with pytest.raises(StatementInvalid, match='zone: "Nowhere/X" is not a time zone') as caught:
        timeline.record("x", title="X", date="2025-01-01T10:00", zone="Nowhere/X", citations=[FOUND])
    assert [(one.field, one.value) for one in caught.value.faults] == [("zone", "Nowhere/X")]


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        (
            {"citations": [{"source": "report", "quote": "five days"}]},
            QuoteNotFound,
            r"citations\.1\.quote.*is not in the text.*four days",
        ),
        ({"citations": [{"source": "report", "quote": "three hundred"}]}, QuoteAmbiguous, r"2 times.*prefix or suffix"),
        (
            {"citations": [{"source": "nothing", "quote": "x"}]},
            UnknownSource,
            r'citations\.1\.source: there is no source "nothing"',
        ),
        ({"citations": []}, StatementInvalid, "citations: nothing is cited"),
        (
            {"citations": [{**FOUND, "stance": "doubts"}]},
            StatementInvalid,
            r"citations\.1\.stance: is not one of 'supports' or 'disputes'",
        ),
        ({"date": "2025-11-31"}, StatementInvalid, "November 2025 has 30 days"),
        ({"date": "2025-11-27/2025-11-24"}, StatementInvalid, "runs backwards"),
        ({"date": "now"}, StatementInvalid, "date: "),
        ({"date": 2025}, StatementInvalid, "date: is not text. Write it in quotes"),
        ({"title": " "}, StatementInvalid, "title: is empty"),
        ({"title": "a\x1b[2Jb"}, StatementInvalid, "title: has a control character"),
        ({"title": "half \ud83d"}, StatementInvalid, "title: .*surrogate"),
        ({"titel": "x"}, StatementInvalid, 'titel: is not a field here. Did you mean "title"'),
        ({"part_of": "nothing"}, UnknownHappening, 'part_of: there is no happening "nothing"'),
        ({"related": ["nothing"]}, UnknownHappening, r'related\.1\.other: there is no happening "nothing"'),
        ({"latitude": "31.6"}, StatementInvalid, "one is given without the other"),
        ({"latitude": "99", "longitude": "0"}, StatementInvalid, "latitude: is off the globe"),
        ({"latitude": "31,6", "longitude": "0"}, StatementInvalid, "latitude: is not a decimal number"),
        ({"actors": ["Ann", "ann"]}, StatementInvalid, "actors: has .ann. twice"),
        ({"tags": "one"}, StatementInvalid, "tags: is not a list"),
        ({"zone": "Africa/Casablanca"}, StatementInvalid, "without a time of day"),
    ],
)
def test_a_faulty_statement_is_refused_in_one_line(
    timeline: Timeline, report: ArchivedSource, fields: dict[str, object], error: type[TimelineError], message: str
) -> None:
    """Each fault names its field and what to do, in one line, and appends nothing."""
    statement = {"title": "A sitting", "date": "2025", "citations": [FOUND], **fields}
    with pytest.raises(error, match=message) as caught:
        timeline.record("sitting", **statement)  # type: ignore[arg-type]
    assert "\n" not in str(caught.value)
    assert len(list(timeline.events())) == 1
    assert timeline.db["happenings"].count == 0


def test_all_faults_of_a_statement_are_told_at_once(timeline: Timeline, report: ArchivedSource) -> None:
    """Two wrong quotations and a wrong date need not be found one by one."""
    with pytest.raises(QuoteNotFound) as caught:
        timeline.record("s", title="S", date="2025", citations=[report.quote("five days"), report.quote("six weeks")])
    assert [field for field, _ in caught.value.faults] == ["citations.1.quote", "citations.2.quote"]
    with pytest.raises(StatementInvalid) as caught2:
        timeline.record("s", title="", date="2025-13", citations=[])
    assert [field for field, _ in caught2.value.faults] == ["title", "date", "citations"]


@pytest.mark.parametrize("id", ["", "a b", "../x", "é", "a@b", "-a", "a" * 201, "a\n"])
def test_a_malformed_id_is_refused(timeline: Timeline, report: ArchivedSource, id: str) -> None:
    """An id is short ASCII that needs no quoting in a URL."""
    with pytest.raises(StatementInvalid, match="id: "):
        timeline.record(id, title="A", date="2025", citations=[FOUND])


def test_time_of_day_keeps_local_time_zone_and_instant(timeline: Timeline, report: ArchivedSource) -> None:
    """Where a time of day is known, local time, zone and instant are kept; where the zone is not, no instant is made up."""
    timeline.record("zoned", title="Z", date="2003-05-16T21:30:00", zone="Africa/Casablanca", citations=[FOUND])
    timeline.record("shifted", title="S", date="2003-05-16T21:30:00+02:00", citations=[FOUND])
    timeline.record("local", title="L", date="2003-05-16T21:30:00", citations=[FOUND])
    timeline.record("early", title="E", date="0999-01-01T00:00:00Z", citations=[FOUND])
    timeline.record("bce", title="B", date="-0044-03-15T12:00:00", citations=[FOUND])
    timeline.record("edge", title="D", date="9999-12-31T23:00:00-05:00", citations=[FOUND])
    rows = {row["happening"]: (row["local_time"], row["zone"], row["instant"]) for row in timeline.db["happening_times"].rows}
    assert rows == {
        "zoned": ("2003-05-16T21:30:00", "Africa/Casablanca", "2003-05-16T21:30:00Z"),
        "shifted": ("2003-05-16T21:30:00", None, "2003-05-16T19:30:00Z"),
        "local": ("2003-05-16T21:30:00", None, None),
        "early": ("0999-01-01T00:00:00", None, "0999-01-01T00:00:00Z"),
        "bce": ("-0044-03-15T12:00:00", None, None),
        "edge": ("9999-12-31T23:00:00", None, None),
    }
    for changes, instant in (
        ({"title": "The zoned one"}, "2003-05-16T21:30:00Z"),
        ({"zone": "Europe/Madrid"}, "2003-05-16T19:30:00Z"),
        ({"zone": "Africa/Casablanca"}, "2003-05-16T21:30:00Z"),
        ({"date": "2003-05-17T21:30:00"}, "2003-05-17T21:30:00Z"),
        ({"date": "2003-05-17", "zone": None}, None),
    ):
        statement = timeline.correct("zoned", reason="r", **changes).payload["statement"]  # type: ignore[arg-type]
        assert statement.get("instant") == instant
    assert timeline.verify().faults == ()


def test_times_are_kept_as_exact_as_they_are(timeline: Timeline, report: ArchivedSource) -> None:
    """Hours, minutes, intervals and sets: as written, and in universal time, with the first and last instant they allow."""
    zone = "Africa/Casablanca"
    timeline.record("minute", title="M", date="2003-05-16T21:30~", zone=zone, citations=[FOUND])
    timeline.record("hour", title="H", date="2003-05-16T21", zone=zone, citations=[FOUND])
    timeline.record("span", title="S", date="2003-05-16T21:30+02:00/2003-05-16T22:10:05+02:00", citations=[FOUND])
    timeline.record("one-of", title="O", date="[..2003-05-16T22:10]", zone=zone, citations=[FOUND])
    timeline.record("local", title="L", date="2003-05-16T21:30/2003-05-17", citations=[FOUND])
    timeline.record("day", title="D", date="2003-05-16", citations=[FOUND])
    assert [tuple(row.values()) for row in timeline.db["happening_times"].rows_where(order_by="happening")] == [
        ("hour", "2003-05-16T21", zone, "2003-05-16T21Z", None, "2003-05-16T21:00Z", "2003-05-16T21:59Z"),
        ("local", "2003-05-16T21:30", None, None, None, None, None),
        ("minute", "2003-05-16T21:30", zone, "2003-05-16T21:30Z~", None, "2003-05-16T21:30Z", "2003-05-16T21:30Z"),
        ("one-of", "2003-05-16T22:10", zone, "[..2003-05-16T22:10Z]", None, None, "2003-05-16T22:10Z"),
        ("span", "2003-05-16T21:30", None, "2003-05-16T19:30Z/2003-05-16T20:10:05Z", "2003-05-16T22:10:05",
         "2003-05-16T19:30Z", "2003-05-16T20:10:05Z"),
    ]  # fmt: skip
    assert timeline.verify().ok


@pytest.mark.parametrize(
    ("date", "zone", "message"),
    [
        ("2025-03-30T02:30/2025-03-30T05:00", "Europe/Paris", "twice or never"),
        ("2025-07-01T12:00+05:00", "Europe/Paris", r"Europe/Paris was at UTC\+02:00"),
        ("2025-07-01", "Europe/Paris", "without a time of day"),
        ("2025-03-30T02:30:00", "Europe/Paris", "twice or never"),
        ("2025-10-26T02:30:00", "Europe/Paris", "twice or never"),
        ("2025-07-01T12:00:00+05:00", "Europe/Paris", r"Europe/Paris was at UTC\+02:00"),
        ("2025-07-01T12:00:00", "Mars/Olympus", "not a time zone"),
    ],
)
def test_an_impossible_instant_is_refused(timeline: Timeline, report: ArchivedSource, date: str, zone: str, message: str) -> None:
    """A local time that never was, or was twice, or had another shift, is questioned."""
    with pytest.raises(StatementInvalid, match=message):
        timeline.record("x", title="X", date=date, zone=zone, citations=[FOUND])
