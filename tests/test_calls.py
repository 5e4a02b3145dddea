"""The calls of a Timeline as a script's author meets them: their keywords, their help, and dates as Python has them."""

import doctest
import inspect
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from timeline import ArchivedSource, Timeline
from timeline import timeline as whole
from timeline.calls import archiving, reading, recording
from timeline.errors import QuoteNotFound, StatementInvalid, TimelineError
from timeline.model import HappeningFields, SourceFields

FOUND = {"source": "report", "quote": "It sat for four days"}
CALLS = [Timeline.archive, Timeline.record, Timeline.correct, Timeline.correct_source, Timeline.retract, Timeline.redact]
CALLS += [
    Timeline.happenings,
    Timeline.sources,
    Timeline.search,
    Timeline.archive_document,
    ArchivedSource.quote,
    Timeline.__init__,
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
def test_each_keyword_is_in_the_signature_and_documented(call: Callable[..., object]) -> None:
    """So that `help()` and editors show it: none is hidden behind `**fields`."""
    parameters = list(inspect.signature(call).parameters.values())[1:]
    assert not [one for one in parameters if one.kind is one.VAR_KEYWORD]
    documented = [line.strip().partition(":")[0] for line in (inspect.getdoc(call) or "").splitlines()]
    assert [one.name for one in parameters if one.name not in documented] == []


def test_calls_have_every_field_of_a_record() -> None:
    """Every field of a happening or a source is a parameter of the same name."""
    for calls, fields in (
        ((Timeline.record, Timeline.correct), HappeningFields.__annotations__),
        ((Timeline.archive, Timeline.archive_document, Timeline.correct_source), SourceFields.__annotations__),
    ):
        for call in calls:
            assert fields.keys() <= inspect.signature(call).parameters.keys()


@pytest.mark.parametrize("module", [archiving, recording, reading, whole], ids=lambda module: module.__name__)
def test_the_examples_run(module: ModuleType, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the order of the module, each as a reader would type it."""
    monkeypatch.chdir(path.parent)
    with Timeline(path, by="Ann") as timeline:
        text = "The council met in Marrakech on 24 November 2025.\nIt sat for four days."
        names: dict[str, Any] = {"timeline": timeline, "date": date, "Timeline": Timeline}
        if module is not archiving:
            names["report"] = timeline.archive(text=text, id="report", title="A report", published="2025-11-28")
        if module is reading:
            cited = [names["report"].quote("24 November 2025")]
            timeline.record("meets", title="The council meets", date="2025-11-24", kind="meeting", citations=cited)
        runner = doctest.DocTestRunner()
        order = [name for one in vars(module).values() if inspect.isclass(one) for name in vars(one)]
        examples = {
            test.name.split(".")[-1]: test for test in doctest.DocTestFinder().find(module, extraglobs=names) if test.examples
        }
        for name in sorted(examples, key=lambda name: order.index(name) if name in order else 0):
            runner.run(examples[name])
        assert (runner.failures, runner.tries > 0) == (0, True)


@pytest.mark.parametrize(
    ("call", "near"),
    [
        (
            lambda timeline: timeline.record("x", titel="A", date="2025", citations=[FOUND]),
            'happening/x: titel: .*Did you mean "title"',
        ),
        (lambda timeline: timeline.correct("x", dat="2025", reason="x"), 'happening/x: dat: .*Did you mean "date"'),
        (lambda timeline: timeline.correct_source("report", publsher="A", reason="x"), 'source/report: publsher: .*"publisher"'),
        (lambda timeline: timeline.retract("x", reson="x"), 'happening/x: reson: .*"reason"'),
        (lambda timeline: timeline.archive(text="x", id="y", titel="A"), 'source/y: titel: .*Did you mean "title"'),
        (lambda timeline: timeline.happenings(knid="x"), 'happenings: knid: .*"kind"'),
        (lambda timeline: timeline.record("x", nothing_like_it=1), "nothing_like_it: is not a field here. Leave it out"),
    ],
)
def test_a_misspelt_keyword_names_the_nearest_right_one(
    timeline: Timeline, report: ArchivedSource, call: Callable[[Timeline], object], near: str
) -> None:
    """And nothing is appended."""
    with pytest.raises(StatementInvalid, match=near):
        call(timeline)
    assert timeline.log.size() == 1


def test_all_missing_fields_are_reported_at_once(timeline: Timeline, report: ArchivedSource) -> None:
    """Each by its name."""
    with pytest.raises(StatementInvalid) as caught:
        timeline.record("x")
    assert [field for field, _ in caught.value.faults] == ["title", "date", "citations"]
    assert {reason for _, reason in caught.value.faults} == {"is missing. Give it"}
    with pytest.raises(StatementInvalid, match="reason: is missing"):
        timeline.correct("x", title="A")


NOWHERE = {"source": "report", "quote": "nowhere in it"}
FAULTY: dict[str, Any] = {"title": "", "date": "1998-13", "zone": "Nowhere", "citations": [{"source": "report"}, NOWHERE]}
ALL_FAULTS = ["title", "date", "citations.1.quote", "citations.2.quote"]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda timeline: timeline.record("x", **FAULTY, knd="y"), ["knd", *ALL_FAULTS]),
        (lambda timeline: timeline.record("bad id!", **FAULTY), ["id", *ALL_FAULTS]),
        (lambda timeline: timeline.record("bad id!", titel="A", date="2025", citations=[FOUND]), ["titel", "id"]),
        (
            lambda timeline: timeline.record("x", title="A", date="2025", zone="Nowhere", citations=[NOWHERE]),
            ["citations.1.quote", "date"],
        ),
        (
            lambda timeline: timeline.record(
                "x", title="", date=datetime(2025, 1, 1, 1, 1, 1, 5), citations=[NOWHERE], part_of="y"
            ),
            ["date", "title", "citations.1.quote", "part_of"],
        ),
        (
            lambda timeline: timeline.record(
                "x", title="", date="2025", latitude="1", citations=[NOWHERE], related=["y", {"other": "-"}]
            ),
            ["title", "related.2.other", "latitude and longitude", "citations.1.quote", "related.1.other"],
        ),
        (lambda timeline: timeline.append({"happening": {"id": "bad id!", **FAULTY}}), ["id", *ALL_FAULTS]),
        (lambda timeline: timeline.append_many([{"happening": {"id": "bad id!", **FAULTY}}]), ["id", *ALL_FAULTS]),
        (lambda timeline: timeline.append({"id": "x", **FAULTY, "knd": "y"}), ["knd", *ALL_FAULTS]),
        (
            lambda timeline: timeline.correct("meeting", title="", date="1998-13", reason="", knd="y"),
            ["knd", "reason", "title", "date"],
        ),
        (lambda timeline: timeline.correct("meeting", title="", date="1998-13", reason=""), ["reason", "title", "date"]),
        (lambda timeline: timeline.archive("none.txt", id="y", published="1998-13"), ["file", "published"]),
        (lambda timeline: timeline.correct("meeting", **FAULTY, reason=""), ["reason", *ALL_FAULTS]),
        (lambda timeline: timeline.correct("absent", title="", place="", reason=""), ["reason", "id", "title", "place"]),
        (
            lambda timeline: timeline.correct("absent", title="", citations=[NOWHERE], reason="x"),
            ["id", "title", "citations.1.quote"],
        ),
        (lambda timeline: timeline.correct_source("absent", title="", reason=""), ["reason", "id", "title"]),
        (lambda timeline: timeline.retract("bad id!", reason="", superseded_by="-"), ["id", "reason", "superseded_by"]),
        (lambda timeline: timeline.retract("absent", superseded_by="-"), ["reason", "superseded_by", "id"]),
        (lambda timeline: timeline.correct("bad id!", title="", date="1998-13"), ["id", "reason", "title", "date"]),
        (lambda timeline: timeline.correct_source("report", title="", url="x", reason=""), ["reason", "title", "url"]),
        (
            lambda timeline: timeline.archive(text="", id="bad id!", title="", published="1998-13", auther="y"),
            ["auther", "id", "text", "title", "published"],
        ),
    ],
)
def test_all_faults_of_a_call_are_reported_at_once(
    timeline: Timeline, meeting: str, call: Callable[[Timeline], object], expected: list[str]
) -> None:
    """In any order, even if one hides others; nothing is appended."""
    before = timeline.log.size()
    with pytest.raises(TimelineError) as caught:
        call(timeline)
    assert [field for field, _ in caught.value.faults] == expected
    assert timeline.log.size() == before


def test_missing_fields_are_reported_beside_a_bad_id(timeline: Timeline) -> None:
    """In the same words as without it."""
    with pytest.raises(StatementInvalid) as caught:
        timeline.append({"id": "bad id!", "place": ""})
    assert [field for field, _ in caught.value.faults] == ["id", "title", "date", "place", "citations"]
    assert {reason for field, reason in caught.value.faults if field not in ("id", "place")} == {"is missing. Give it"}


def test_a_single_fault_keeps_its_class(timeline: Timeline, report: ArchivedSource) -> None:
    """A quotation that is not in the text is still QuoteNotFound."""
    with pytest.raises(QuoteNotFound) as caught:
        timeline.record("x", title="A", date="2025", citations=[NOWHERE, FOUND])
    assert len(caught.value.faults) == 1


def test_none_empties_a_field_of_a_correction_and_omitted_fields_stay(timeline: Timeline, meeting: str) -> None:
    """The two are told apart."""
    timeline.correct(meeting, kind="meeting", place="Rabat", tags=["a"], reason="one")
    timeline.correct(meeting, place=None, tags=None, reason="two")
    known = timeline.happening(meeting)
    assert (known.kind, known.place, known.tags) == ("meeting", None, ())


CASABLANCA, PARIS = ZoneInfo("Africa/Casablanca"), ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("given", "zone", "expected"),
    [
        (date(2025, 11, 24), None, ("2025-11-24", None, None)),
        (date(476, 9, 4), None, ("0476-09-04", None, None)),
        (datetime(2025, 11, 24, 10, 0, 30), None, ("2025-11-24T10:00:30", None, None)),
        (datetime(2025, 11, 24, 10, 0, 30), "Europe/Paris", ("2025-11-24T10:00:30", "Europe/Paris", "2025-11-24T09:00:30Z")),
        (datetime(2025, 11, 24, 10, 0, 30, tzinfo=UTC), None, ("2025-11-24T10:00:30Z", None, "2025-11-24T10:00:30Z")),
        (
            datetime(2025, 11, 24, 10, 0, 30, tzinfo=timezone(timedelta(hours=-3, minutes=-30))), None,
            ("2025-11-24T10:00:30-03:30", None, "2025-11-24T13:30:30Z"),
        ),
        (
            datetime(2025, 11, 24, 10, 0, 30, tzinfo=CASABLANCA), None,
            ("2025-11-24T10:00:30", "Africa/Casablanca", "2025-11-24T09:00:30Z"),
        ),
        (
            datetime(2025, 10, 26, 2, 30, 1, tzinfo=PARIS, fold=1), None,
            ("2025-10-26T02:30:01+01:00", "Europe/Paris", "2025-10-26T01:30:01Z"),
        ),
        (
            datetime(2025, 10, 26, 2, 30, 1, tzinfo=PARIS), "Europe/Paris",
            ("2025-10-26T02:30:01+02:00", "Europe/Paris", "2025-10-26T00:30:01Z"),
        ),
    ],
)  # fmt: skip
def test_a_day_or_a_moment_is_a_date(
    timeline: Timeline, report: ArchivedSource, given: date, zone: str | None, expected: tuple[str, str | None, str | None]
) -> None:
    """With the zone it names, or the shift that it has; in a call to record and in one to correct."""
    timeline.record("a", title="A", date=given, zone=zone, citations=[FOUND])
    timeline.record("b", title="A", date="2003", citations=[FOUND])
    timeline.correct("b", date=given, reason="x", **({"zone": zone} if zone else {}))
    for id in ("a", "b"):
        known = timeline.happening(id)
        assert (known.date, known.zone, known.instant) == expected


def test_a_moment_is_as_exact_as_it_is(timeline: Timeline, report: ArchivedSource) -> None:
    """A full minute claims no second that nobody gave, where dates know minutes."""
    timeline.record("a", title="A", date=datetime(2025, 11, 24, 10, 5), citations=[FOUND])
    assert timeline.happening("a").date in ("2025-11-24T10:05", "2025-11-24T10:05:00")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"date": datetime(2025, 11, 24, 10, 0, 30, 5)}, "date: has a fraction of a second"),
        ({"date": datetime(2025, 1, 1, 1, 1, 1, tzinfo=PARIS), "zone": "Africa/Casablanca"}, "is in Europe/Paris, and zone is"),
        ({"date": datetime(1900, 1, 1, 1, 1, 1, tzinfo=timezone(timedelta(minutes=9, seconds=21)))}, "has an offset from UTC"),
        ({"date": 2025}, "date: is not text"),
    ],
)  # fmt: skip
def test_an_impossible_date_is_refused_with_the_next_step(
    timeline: Timeline, report: ArchivedSource, fields: dict[str, Any], message: str
) -> None:
    """In a line, with what to do."""
    with pytest.raises(StatementInvalid, match=message):
        timeline.record("a", **{"title": "A", "citations": [FOUND], **fields})


def test_a_source_is_published_on_a_day(timeline: Timeline) -> None:
    """As Python has it."""
    source = timeline.archive(text="words", id="a", title="A", published=date(2025, 11, 28))
    assert (source.published, source.earliest, source.latest) == ("2025-11-28", "2025-11-28", "2025-11-28")
    timeline.correct_source("a", published=date(2025, 11, 29), reason="the imprint")
    assert timeline.source("a").published == "2025-11-29"
    with pytest.raises(StatementInvalid, match="a source's date has no zone"):
        timeline.archive(text="more", id="b", title="B", published=datetime(2025, 11, 28, 1, 1, 1, tzinfo=PARIS))


def test_types_are_shipped() -> None:
    """Editors and type checkers read them."""
    assert (Path(whole.__file__).parent / "py.typed").exists()
