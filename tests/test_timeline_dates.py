"""A correction of a date that keeps a quotation which states another one is appended, and told of before."""

import warnings
from pathlib import Path

import pytest
from click.testing import CliRunner

from timeline import QuotedDateDiffers, Timeline, bundles, statements
from timeline.cli import main
from timeline.errors import StatementInvalid

WORDS = "On 3 March 2003 the engineer wrote. On 5 May 2019, recalling 3 March 2003, the board met. It sat. In April 2003 he left."
TOLD = (
    "citations.1.quote: states 3 March 2003, but the date is corrected to 13 March 2003. If these words do not support"
    " the new date, correct the citations as well"
)


def begin(timeline: Timeline, quote: str, date: str = "2003-03-03", **more: str) -> None:
    """Record a happening that rests on one quotation."""
    timeline.archive(text=WORDS, id="s", title="S")
    timeline.record("a", title="A", date=date, citations=[{"source": "s", "quote": quote, **more}])


def remarks(timeline: Timeline, date: str, **more: object) -> list[str]:
    """Correct the date, and give the warnings of our category."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        timeline.correct("a", date=date, reason="r", **more)  # type: ignore[arg-type]
    assert timeline.happening("a").date == date
    assert {one.category for one in caught} <= {QuotedDateDiffers}
    assert all(one.filename == __file__ for one in caught), "it leads to the line that corrects"
    return [str(one.message) for one in caught]


def test_another_date_than_the_one_that_is_quoted_is_told_and_appended(timeline: Timeline) -> None:
    """Once: repeating the call appends nothing and says nothing."""
    begin(timeline, "On 3 March 2003 the engineer wrote")
    assert remarks(timeline, "2003-03-13") == [f"happening/a: {TOLD}"]
    assert remarks(timeline, "2003-03-13") == []


def test_a_warning_that_is_made_an_error_leaves_the_log_as_it_was(timeline: Timeline) -> None:
    """It comes before the event."""
    begin(timeline, "On 3 March 2003 the engineer wrote")
    before = timeline.log.size()
    with warnings.catch_warnings():
        warnings.simplefilter("error", QuotedDateDiffers)
        with pytest.raises(QuotedDateDiffers):
            timeline.correct("a", date="2003-03-13", reason="r")
    assert timeline.log.size() == before


@pytest.mark.parametrize(
    "date", ["2003-03", "2003", "[2003-03-01..2003-03-10]", "2003-03-01/2003-04", "2002/..", "XXXX", "../2003"]
)
def test_a_date_that_allows_the_quoted_one_is_no_matter(timeline: Timeline, date: str) -> None:
    """It may be vaguer, or open."""
    begin(timeline, "On 3 March 2003 the engineer wrote")
    assert remarks(timeline, date) == []


@pytest.mark.parametrize("date", ["2004", "2003-04", "2003-03-04/..", "[..2003-03-02]", "2003-03-04~"])
def test_a_date_that_does_not_allow_it_is_told(timeline: Timeline, date: str) -> None:
    """On either side of it."""
    begin(timeline, "On 3 March 2003 the engineer wrote")
    assert len(remarks(timeline, date)) == 1


def test_a_quotation_that_states_a_date_within_as_well_is_no_matter(timeline: Timeline) -> None:
    """It tells of several days; nor is one that states none, or a month that holds the day."""
    begin(timeline, "On 5 May 2019, recalling 3 March 2003, the board met.", "2019")
    assert remarks(timeline, "2019-05-05") == []
    assert remarks(timeline, "2003-03/2019-05") == []
    assert {len(remarks(timeline, date)) for date in ("2010", "2003-03-02", "2019-05-06")} == {1}


def test_what_is_not_kept_or_disputes_is_no_matter(timeline: Timeline) -> None:
    """Nor is a correction of anything but the date."""
    begin(timeline, "On 3 March 2003 the engineer wrote", stance="disputes", date="2003-03-04")
    assert remarks(timeline, "2003-03-13") == []
    april = [{"source": "s", "quote": "In April 2003 he left"}]
    assert remarks(timeline, "2003-04", citations=april) == []
    engineer = [{"source": "s", "quote": "On 3 March 2003 the engineer wrote"}]
    assert remarks(timeline, "2003-06", citations=engineer) == []
    assert remarks(timeline, "2003-04", citations=april, summary="He left.") == []
    assert remarks(timeline, "2003-04", title="B") == []
    assert remarks(timeline, "2003-05", citations=april)[0].startswith("happening/a: citations.1.quote: states April 2003, but")


@pytest.mark.parametrize(
    ("quote", "old", "new", "zone"),
    [
        ("In the spring of 2018 she left", "2018-21", "2017-21", None),
        ("It burned around 1905.", "1905~", "1915~", None),
        ("It arrived at 04:32.", "2018-11-11T04:32", "2018-11-11T04:50", "Europe/Lisbon"),
    ],
)
def test_a_year_a_season_and_a_time_are_told_as_well(timeline: Timeline, quote: str, old: str, new: str, zone: str | None) -> None:
    """Where the old date agreed with the words and the new one excludes them."""
    timeline.archive(text=quote, id="s", title="S")
    more = {} if zone is None else {"zone": zone}
    timeline.record("a", title="A", date=old, citations=[{"source": "s", "quote": quote}], **more)
    assert len(remarks(timeline, new)) == 1


def test_a_bundle_tells_the_line_and_the_command_line_tells_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On stderr, in one line; and again, where nothing is appended, not."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TIMELINE_DB", raising=False)
    bundle = tmp_path / "b.yaml"
    bundle.write_text(
        f'sources:\n  - {{id: s, text: "{WORDS}", title: S}}\nhappenings:\n  - id: a\n    title: A\n    date: 2003-03-03\n'
        "    citations: [{source: s, quote: On 3 March 2003 the engineer wrote}]\n"
        "  - correct: a\n    date: 2003-03-13\n    reason: r\n"
    )
    with Timeline(":memory:") as timeline, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        bundles.append(timeline, bundle)
    assert [str(one.message) for one in caught] == [f"{bundle}:9: happening/a: date: {TOLD}"]
    for expected in (f"Warning: b.yaml:9: happening/a: date: {TOLD}\n", ""):
        result = CliRunner().invoke(main, ["append", "b.yaml", "--by", "Ada"])
        assert (result.exit_code, result.stderr) == (0, expected)


@pytest.mark.parametrize("field", ["date", "published"])
def test_a_new_statement_needs_a_date_on_one_side(timeline: Timeline, field: str) -> None:
    """An interval that is open on both sides is refused like one without any date, on every path, and nothing is appended."""
    begin(timeline, "It sat")
    size = timeline.log.size()
    fault = rf"{field}: \"\.\./\.\.\": an interval without a date says nothing\. Write a date on one side"
    cited = [{"source": "s", "quote": "It sat"}]
    calls = {
        "date": (
            lambda: timeline.record("b", title="B", date="../..", citations=cited),
            lambda: timeline.correct("a", date="../..", reason="r"),
            lambda: timeline.append({"happening": {"id": "b", "title": "B", "date": "../..", "citations": cited}}),
        ),
        "published": (
            lambda: timeline.archive(text="Other words", id="t", title="T", published="../.."),
            lambda: timeline.correct_source("s", published="../..", reason="r"),
        ),
    }
    for call in calls[field]:
        with pytest.raises(StatementInvalid, match=fault):
            call()
    assert timeline.log.size() == size


def test_an_older_log_with_a_date_that_is_open_on_both_sides_stays_whole(
    timeline: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read, verified and rebuilt; the same statement appends nothing, and other fields can be corrected."""
    with monkeypatch.context() as older:
        older.setattr(statements, "_refuse_no_date", lambda *_: None)
        begin(timeline, "It sat", "../..")
    recorded = timeline.log.size()
    timeline.record("a", title="A", date="../..", citations=[{"source": "s", "quote": "It sat"}])
    assert timeline.log.size() == recorded
    timeline.correct("a", title="B", reason="r")
    timeline.rebuild()
    assert timeline.verify().ok
    happening = timeline.happening("a")
    assert (happening.title, happening.date, happening.earliest, happening.latest) == ("B", "../..", None, None)
    assert [one.id for one in timeline.happenings()] == ["a"]
    timeline.correct("a", date="2003", reason="The board says so")
    assert timeline.happening("a").date == "2003"
