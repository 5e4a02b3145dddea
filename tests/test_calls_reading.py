"""The calls that read, and what they return: in a script, and in a notebook."""

import asyncio
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from timeline import ArchivedSource, Timeline
from timeline.errors import DatabaseRefused, FilterInvalid, Redacted, UnknownHappening

TEXT = "The council met in Marrakech on 24 November 2025.\nIt sat for four days. The ﬁnal report followed: <b>peacekeepers</b>."


@pytest.fixture
def council(timeline: Timeline) -> Timeline:
    """Record three happenings, correct one and retract another."""
    report = timeline.archive(text=TEXT, id="report", title="A <report>", publisher="TNA", published="2025-11-28", author="Ann")
    notes = timeline.archive(text="It was in Rabat in March 2003.", id="notes", title="Notes")
    timeline.record(
        "meets", title="The council <meets>", date="2025-11-24", kind="meeting", place="Marrakech", tags=["police"],
        actors=["The council", {"name": "Bob", "role": "chair"}], citations=[report.quote("met in Marrakech")],
    )  # fmt: skip
    timeline.record(
        "opens", title="An office opens", date="2003-03", attributed_to="TNA", citations=[notes.quote("Rabat in March 2003")]
    )
    timeline.record("leaves", title="It leaves", date="2025-11-24/2025-11-27", citations=[report.quote("sat for four days")])
    timeline.correct("meets", summary="With the final report.", reason="more")
    timeline.retract("leaves", reason="another council")
    timeline.correct_source("notes", publisher="The council", reason="the imprint")
    return timeline


def test_a_happening_and_a_list_take_the_same_as_of(council: Timeline) -> None:
    """A position, or a day as text or as a Python date."""
    assert council.happening("meets", as_of=5).version == 1
    for day in ("2026-01-01", date(2026, 1, 1), "2030-01-01"):
        assert council.happening("meets", as_of=day).version == 2
    with pytest.raises(UnknownHappening, match='there is no happening "meets" as of position 0'):
        council.happening("meets", as_of="2025-12-31")
    with pytest.raises(FilterInvalid, match="neither a position in the log"):
        council.happening("meets", as_of="soon")
    with pytest.raises(FilterInvalid, match="as_of: 1\\.5 is not a date"):
        council.happening("meets", as_of=1.5)  # type: ignore[arg-type]


def test_a_happening_near_the_period_is_marked(council: Timeline) -> None:
    """In its attribute, in what it prints, and in a notebook."""
    notes = council.source("notes")
    council.record("closes", title="It closes", date="1989~", citations=[notes.quote("in Rabat")])
    (near,) = council.happenings(from_="1988", to="1988")
    assert (near.id, near.near, repr(near)) == ("closes", True, "<happening/closes@1: 1989~, It closes (near the period)>")
    assert "It closes (near the period)" in council.happenings(to="1988")._repr_html_()
    assert [one.near for one in council.happenings(from_="1989", to="1989")] == [False]
    assert council.happening("closes").near is False


@pytest.mark.parametrize("call", [Timeline.happenings, Timeline.sources, lambda timeline: timeline.search("x")])
def test_read_tables_of_another_version_are_not_read(council: Timeline, call: Callable[[Timeline], object]) -> None:
    """A script that only reads is told how to make them again, too."""
    council.db.execute("UPDATE projected SET definition = 'older'")
    path = council.log.path
    with (
        Timeline(path, read_only=True) as timeline,
        pytest.raises(DatabaseRefused, match="made by another version of this program"),
    ):
        call(timeline)


def test_happenings_are_those_that_all_filters_choose(council: Timeline) -> None:
    """In time order; the same filters as on the page."""

    def ids(**filters: object) -> list[str]:
        return [happening.id for happening in council.happenings(**filters)]  # type: ignore[arg-type]

    assert ids() == ["opens", "meets"]
    assert ids(status="all") == ["opens", "leaves", "meets"]
    assert ids(status="retracted") == ["leaves"]
    assert ids(q="final report") == ids(q="ﬁnal rep") == ids(kind="meeting") == ids(place="Marrakech") == ["meets"]
    assert ids(actor="bob") == ids(tag="police") == ids(source="report") == ids(mark="corrected") == ["meets"]
    assert ids(mark="claimed") == ids(to="2003") == ids(to=date(2010, 1, 1)) == ["opens"]
    assert ids(from_="2025-11", to=date(2025, 11, 30)) == ids(from_=date(2025, 11, 24)) == ["meets"]
    assert ids(kind="meeting", place="Rabat") == []
    assert ids(limit=1) == ["opens"]
    assert ids(as_of=5) == ["opens", "leaves", "meets"]
    assert ids(as_of=0) == ids(as_of=date(2025, 12, 31)) == []
    assert ids(as_of=date(2026, 1, 1)) == ["opens", "meets"]
    assert council.happenings(as_of=5)[2].summary is None


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"from_": "soon"}, "soon.* is no date. Write a year"),
        ({"status": "gone"}, "Show: “gone” is not one of the choices. They are current, all, retracted"),
        ({"mark": "x"}, "is not one of the choices"),
        ({"kind": ""}, "Kind: is empty"),
        ({"as_of": "soon"}, "neither a position in the log"),
        ({"to": 2.5}, "to: 2.5 is not a date"),
        ({"limit": -1}, "limit: -1 is not a whole number from 0"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(council: Timeline, filters: dict[str, object], message: str) -> None:
    """In one line, rather than left out."""
    with pytest.raises(FilterInvalid, match=message) as caught:
        council.happenings(**filters)  # type: ignore[arg-type]
    assert str(caught.value).isprintable()


def test_reading_works_where_a_loop_runs_already(council: Timeline) -> None:
    """As in a notebook."""

    async def cell() -> int:
        return len(council.happenings(q="council"))

    assert asyncio.run(cell()) == 1


def test_sources_are_read_with_their_fields_and_their_text(council: Timeline) -> None:
    """In the order in which they were archived; as now known, or as once."""
    report, notes = council.sources()
    assert (report.title, report.publisher, report.author, report.published) == ("A <report>", "TNA", "Ann", "2025-11-28")
    assert (report.earliest, report.language, report.url, report.media_type) == ("2025-11-28", None, None, "text/plain")
    assert report.text == TEXT
    assert report.document == TEXT.encode()
    assert (notes.publisher, notes.version, notes.earliest) == ("The council", 2, None)
    assert [source.publisher for source in council.sources(as_of=2)] == ["TNA", None]
    assert [source.id for source in council.sources(q="rabat")] == ["notes"]
    assert [source.id for source in council.sources(q="final")] == ["report"]
    assert [source.id for source in council.sources(limit=1)] == ["report"]
    assert (
        council.archive(text=TEXT, id="report", title="A <report>", publisher="TNA", published="2025-11-28", author="Ann").text
        == TEXT
    )


def test_a_missing_text_is_reported(council: Timeline, path: Path) -> None:
    """Redacted, or of a timeline that is closed."""
    council.retract("opens", reason="x")
    (source,) = council.sources(q="march")
    for position in (2, 4, 8, 9):
        council.redact(position, reason="by law")
    with pytest.raises(Redacted, match="source/notes: its document is not in the archive"):
        _ = source.text
    assert council.source("notes").title is None
    assert "(redacted)" in repr(council.source("notes"))
    report = council.source("report")
    council.close()
    with pytest.raises(DatabaseRefused, match="source/report: the timeline is closed"):
        _ = report.text
    assert "closed" in repr(council)
    assert "closed" in council._repr_html_()


def test_search_looks_in_happenings_quotations_and_documents(council: Timeline) -> None:
    """Each hit says where it is, with the words in brackets."""
    assert [(hit.kind, hit.id) for hit in council.search("marrakech")] == [
        ("happening", "meets"),
        ("quotation", "meets"),
        ("document", "report"),
    ]
    own, quoted, document = council.search("marrakech")
    assert quoted.passage == "met in [Marrakech]"
    assert quoted.citation is not None
    assert quoted.source is not None
    assert (quoted.citation.start_char, quoted.source.id) == (12, "report")
    assert (document.happening, document.title) == (None, "A <report>")
    assert "[Marrakech]" in document.passage
    assert own.happening == council.happening("meets")
    assert [hit.kind for hit in council.search("peacekeepers")] == ["document"]
    assert [hit.kind for hit in council.search("final")] == ["happening", "document"]
    assert council.search("nowhere at all") == []
    with pytest.raises(FilterInvalid, match="no letter or digit"):
        council.search("!!!")
    assert [hit.kind for hit in council.search("council", limit=0)] == []


def test_the_database_has_the_date_functions(council: Timeline) -> None:
    """As pages have."""
    rows = council.db.query("SELECT edtf_words(date) AS said FROM happenings WHERE edtf_year(date) = 2003")
    assert [row["said"] for row in rows] == ["March 2003"]


def test_a_happening_has_the_days_that_its_date_allows(council: Timeline) -> None:
    """From the first to the last."""
    opens = council.happening("opens")
    assert (opens.earliest, opens.latest) == ("2003-03-01", "2003-03-31")


def test_results_have_a_readable_repr(council: Timeline, path: Path) -> None:
    """In a line."""
    assert repr(council) == f"<Timeline {path}: 8 events>"
    assert (
        repr(council.happening("meets"))
        == str(council.happening("meets"))
        == "<happening/meets@2: 2025-11-24, The council <meets>>"
    )
    assert repr(council.source("report")) == "<source/report@1: A <report>, 2025-11-28>"
    assert repr(council.search("marrakech")[1]) == "<quotation meets: met in [Marrakech]>"
    assert repr(next(council.events(after=5))) == "<Event 6: HappeningCorrected happening/meets@2>"


def test_a_notebook_shows_it_escaped_and_in_its_own_colours(council: Timeline) -> None:
    """Small, and readable on black: no colour is set."""
    report = council.source("report")
    shown = [
        council, council.happening("meets"), report, council.happenings(status="all"), council.sources(),
        council.search("council"), council.search("council")[0],
    ]  # fmt: skip
    for one in shown:
        html = one._repr_html_()
        assert "<meets>" not in html
        assert "<report>" not in html
        assert "<b>" not in html
        assert not re.search(r"color|background|#[0-9a-f]{3}", html)
        assert html.startswith("<div>")
        assert html.endswith("</div>")
        assert len(html) < 3_000
    assert "24 November 2025" in council._repr_html_()
    assert "<q>met in Marrakech</q>" in council.happening("meets")._repr_html_()
    assert "It leaves (retracted)" in council.happenings(status="all")._repr_html_()
    assert "according to TNA" in council.happenings()._repr_html_()


def test_long_lists_say_how_many_more_there_are(timeline: Timeline, report: ArchivedSource) -> None:
    """Rather than fill the notebook."""
    for number in range(60):
        timeline.record(f"h{number}", title="x", date="2025", citations=[report.quote("four days")])
    assert "… and 10 more" in timeline.happenings()._repr_html_()
    assert "60 happenings" in timeline._repr_html_()
    assert "… and 40 more" in timeline._repr_html_()
