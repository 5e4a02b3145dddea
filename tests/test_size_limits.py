"""What may be said at once is bounded: by an entry, a line, a bundle with faults, a quotation."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline import ArchivedSource, Timeline, bundles, quotes, size_limits
from timeline.actors import actor_id
from timeline.bundles import appending, json_lines
from timeline.documents import text_cache
from timeline.documents.document import from_text
from timeline.errors import BundleInvalid, QuoteAmbiguous, QuoteNotFound, StatementInvalid
from timeline.quotes import finding, missing

FOUND = {"source": "s", "quote": "the words"}
SOURCE = {"source": {"id": "s", "title": "S", "text": "Here are the words, once."}}
STATEMENT = {"title": "T", "date": "2001", "citations": [FOUND]}


def happening(number: int, **fields: object) -> dict[str, Any]:
    """Give an entry."""
    return {"happening": {"id": f"h{number}", **STATEMENT, **fields}}


# What one entry may say


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"tags": [str(n) for n in range(1_001)]}, "tags: has 1,001 items, expected 1,000 at most. Divide them"),
        ({"actors": [str(n) for n in range(200_000)]}, "actors: has 200,000 items, expected 1,000 at most"),
        ({"related": [f"r{n}" for n in range(1_001)]}, "related: has 1,001 items"),
        ({"citations": [FOUND] * 1_001}, "citations: has 1,001 items"),
        ({"title": "x" * 2_001}, "title: has 2,001 characters, expected 2,000 at most. Shorten it"),
        ({"summary": "x" * 1_000_001}, "summary: has 1,000,001 characters"),
        ({"zone": "x" * 2_001}, "zone: has 2,001"),
        ({"tags": ["a", "x" * 2_001]}, "tags.2: has 2,001"),
        ({"actors": ["x" * 2_001]}, "actors.1: has 2,001"),
        ({"actors": [{"name": "x", "role": "y" * 2_001}]}, "actors.1.role: has 2,001"),
        ({"actors": [{"name": "x", **{str(n): "y" for n in range(100)}}]}, "actors.1: has 101 fields, expected 100 at most"),
        ({"related": [{"other": "h", "relation": "y" * 2_001}]}, "related.1.relation: has 2,001"),
        ({"citations": [{"source": "s", "quote": "x" * 1_000_001}]}, "citations.1.quote: has 1,000,001"),
        ({"citations": [{**FOUND, "prefix": "x" * 10_001}]}, "citations.1.prefix: has 10,001"),
        ({str(n): "y" for n in range(100)}, "happening: has 103 fields, expected 100 at most"),
    ],
    ids=lambda one: one[:20] if isinstance(one, str) else "",
)
def test_more_than_is_kept_is_refused(timeline: Timeline, fields: dict[str, Any], fault: str) -> None:
    """The message tells the field, how much there is, how much there may be, and what to do."""
    timeline.append(SOURCE)
    timeline.append(happening(0))
    for entry in ({"id": "x", **STATEMENT, **fields}, {"correct": "h0", "reason": "r", **STATEMENT, **fields}):
        with pytest.raises(StatementInvalid) as caught:
            timeline.append(entry)
        assert str(caught.value).partition(": ")[2].startswith(fault)
    assert timeline.log.size() == 2


def test_as_much_as_is_kept_is_kept(timeline: Timeline) -> None:
    """A thousand of each, all of them in the read tables."""
    timeline.append(SOURCE)
    timeline.append_many(happening(number) for number in range(size_limits.MOST))
    many = [f"Name {number}" for number in range(size_limits.MOST)]
    others = [f"h{number}" for number in range(size_limits.MOST)]
    timeline.record(
        "x",
        title="x" * size_limits.SHORT,
        date="2001",
        tags=many,
        actors=many,
        related=others,
        citations=[FOUND] * size_limits.MOST,
    )
    for table in ("happening_tags", "happening_actors", "related", "citations"):
        assert timeline.log.connection.execute(f"SELECT count(*) FROM {table} WHERE happening = 'x'").fetchone() == (
            size_limits.MOST,
        )


def test_reasons_addresses_and_whole_events_are_bounded(timeline: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """In every call that takes one."""
    timeline.append(SOURCE)
    timeline.append(happening(0))
    long = "x" * 1_000_001
    for call in (
        lambda: timeline.correct("h0", title="U", reason=long),
        lambda: timeline.correct_source("s", title="U", reason=long),
        lambda: timeline.retract("h0", reason=long),
        lambda: timeline.redact(2, reason=long),
        lambda: timeline.archive(text="a", id="t", title="T", url="https://example.org/" + "x" * 10_000),
        lambda: timeline.archive(text="a", id="t", title="x" * 2_001),
        lambda: timeline.correct_source("s", title="x" * 2_001, reason="r"),
    ):
        with pytest.raises(StatementInvalid, match=r"characters, expected [0-9,]+ at most\. Shorten it"):
            call()
    monkeypatch.setattr(size_limits, "MAX_EVENT", 400)
    with pytest.raises(StatementInvalid, match=r"happening/x: would have [0-9]+ characters in all, expected 400 at most"):
        timeline.record("x", title="x" * 300, date="2001", citations=[FOUND])
    assert timeline.log.size() == 2


def test_an_event_that_stands_is_not_held_against_the_bounds(timeline: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was recorded before there were any verifies, and its other fields can be corrected."""
    timeline.append(SOURCE)
    timeline.append(happening(0, tags=["a", "b", "c"], actors=["A", "B", "C"]))
    monkeypatch.setattr(size_limits, "MOST", 2)
    timeline.correct("h0", title="U", tags=["a"], reason="r")
    assert len(timeline.happening("h0").actors) == 3
    assert timeline.verify().ok


def test_what_is_given_twice_is_looked_for_once(timeline: Timeline) -> None:
    """The first one that came before is named, of actors by their id."""
    timeline.append(SOURCE)
    with pytest.raises(StatementInvalid, match=r'tags: has "b" twice\. Give it once'):
        timeline.append(happening(0, tags=["a", "b", "c", "b", "a"]))
    with pytest.raises(StatementInvalid, match=f'actors: has "{actor_id("Ann")}" twice'):
        timeline.append(happening(0, actors=["Ann", "Bo", "ANN"]))


# What one line may hold


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('{"happening": {"id": "h", "tags": [' + "[]," * 200_000 + "[]]}}", "holds more than 200,000 values. Write an entry"),
        ('{"happening": {"id": "h", "tags": [' + "1," * 200_000 + "1]}}", "holds more than 200,000 values"),
        ('{"happening": {' + ",".join(f'"k{n}": 1' for n in range(101)) + "}}", "has 101 fields, expected 100 at most"),
        ("{" + ",".join(f'"k{n}": 1' for n in range(101)) + "}", "has 101 fields, expected 100 at most"),
        ('{"happening": {"id": "' + "h" * 201 + '"}}', "happening: id: has 201 characters, expected 200 at most"),
        ('{"happening": {"id": "h", "' + "k" * 9_999 + '": "v"}}', f"happening/h: {'k' * 60}: is not a field here. Leave it out"),
        ('{"happening": {"' + "k" * 9_999 + '": 1, "' + "k" * 9_999 + '": 1}}', f'"{"k" * 60}" appears twice. Give it once'),
        (
            '{"happening": {"id": "h", "title": "T", "date": "1", "actors": [{"name": "n", "' + "k" * 9_999 + '": [1, 1]}]}}',
            f"happening/h: actors.1.{'k' * 60}: is not a field here. Leave it out",
        ),
    ],
    ids=["lists", "numbers", "fields", "names", "id", "name", "name twice", "name within"],
)
def test_a_line_that_holds_too_much_is_told_in_short(timeline: Timeline, tmp_path: Path, line: str, fault: str) -> None:
    """Neither is all of it read, nor does the message repeat it."""
    path = tmp_path / "b.jsonl"
    path.write_text(line + "\n")
    with pytest.raises(BundleInvalid) as caught:
        bundles.append(timeline, path)
    first = str(caught.value).splitlines()[0]
    assert first.startswith(f"{path}:1: {fault}")
    assert len(first) < len(str(path)) + 250


def test_a_text_may_hold_as_many_commas_as_it_likes(timeline: Timeline, tmp_path: Path) -> None:
    """Values are counted outside of texts."""
    path = tmp_path / "b.jsonl"
    path.write_text(json.dumps({"source": {"id": "s", "title": "S", "text": '[{\\",' * 200_000}}) + "\n")
    assert bundles.append(timeline, path).events == 1


def test_a_name_given_twice_is_found_in_linear_time() -> None:
    """Each name is compared with few others."""
    compared = 0

    class Name(str):
        __slots__ = ()
        __hash__ = str.__hash__

        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)  # type: ignore[arg-type]

    with pytest.raises(ValueError, match='"k999" appears twice'):
        json_lines._object([*((Name(f"k{number}"), 1) for number in range(1_000)), (Name("k999"), 2)])
    assert compared < 10_000


def test_what_only_follows_from_a_fault_is_bounded(timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of entries that rest on a refused one no more than a number are looked at; that the rest was not read is told."""
    monkeypatch.setattr(appending, "FOLLOWING", 20)
    path = tmp_path / "b.jsonl"
    entries = [{"source": {"id": "s", "title": "S"}}, *(happening(number) for number in range(100)), {"nonsense": "x"}]
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    refused: dict[str, str] = {}
    with pytest.raises(BundleInvalid) as caught:
        bundles.append(timeline, path, refused=refused)
    assert str(caught.value).splitlines()[-1] == f"{path}: the rest of the file was not read. Correct these first"
    assert len(refused) == 21


def test_entries_that_were_redacted_are_counted_beyond_a_hundred(timeline: Timeline, tmp_path: Path) -> None:
    """Nobody reads a thousand times the same."""
    timeline.append_many([SOURCE, happening(0)])
    timeline.redact(2, reason="r")
    path = tmp_path / "b.jsonl"
    path.write_text((json.dumps(happening(0)) + "\n") * 250)
    told = bundles.append(timeline, path).redacted
    assert (len(told), told[-1]) == (101, f"{path}: and 150 more that were redacted")


# Quotations


def test_misses_beyond_those_that_are_told_look_for_nothing_near(
    timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To look through a long text a thousand times would hold the log for minutes."""
    looked = 0
    nearest = missing._nearest

    def count(*texts: quotes.Text) -> str | None:
        nonlocal looked
        looked += 1
        return nearest(*texts)

    monkeypatch.setattr(missing, "_nearest", count)
    path = tmp_path / "b.jsonl"
    entries = [SOURCE, *(happening(n, citations=[{"source": "s", "quote": f"those words {n}"}]) for n in range(300))]
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    with pytest.raises(BundleInvalid) as caught:
        bundles.append(timeline, path)
    assert len(caught.value.faults) == 300
    assert looked <= 200
    assert looked >= 100
    looked = 0
    timeline.append(SOURCE)
    with pytest.raises(QuoteNotFound) as refused:
        timeline.record("y", title="T", date="2001", citations=[{"source": "s", "quote": f"those words {n}"} for n in range(300)])
    assert (len(refused.value.faults), looked) == (300, 20)
    with pytest.raises(QuoteNotFound, match="Nearest passage"):
        timeline.record("x", title="T", date="2001", citations=[{"source": "s", "quote": "Here are those words"}])


def test_a_miss_in_a_long_text_reads_it_few_times() -> None:
    """However long it is, what is near is looked for in a bounded number of characters, or in few of its pieces."""
    found = 0

    class Loose(str):
        __slots__ = ()

        def find(self, *args: Any) -> int:  # type: ignore[override]  # noqa: ANN401 - as str has it
            nonlocal found
            found += 1
            return str.find(self, *args)

    text = quotes.Text("abcd efgh " * 1_000_000)
    text.__dict__["loose"] = (Loose(text.raw), range(len(text.raw)))
    with pytest.raises(QuoteNotFound):
        quotes.find(text, "".join(f"zyx{number}wvu" for number in range(100)))
    assert found <= 25


def test_a_quotation_that_stands_everywhere_is_not_counted_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """A prefix that none of millions of places has is not looked for at each."""
    monkeypatch.setattr(finding, "TRIED", 1_000)
    with pytest.raises(QuoteNotFound, match="is in the text, but not after prefix"):
        quotes.find("a" * 1_002, "a", prefix="b")
    with pytest.raises(QuoteAmbiguous, match=r"more than 1,000 times, expected once\. Quote more of the words"):
        quotes.find("xa\u0489" * 1_002 + "ya" * 1_002, "a", prefix="x")
    assert quotes.find("a" * 1_000, "a", suffix=None, prefix="a" * 999).start_char == 999


def test_a_quotation_in_a_text_that_repeats_itself_is_looked_for_at_few_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one with the suffix is found all the same, at each grade; and if two have it, or none, that is told."""
    tried = 0
    fits_after = finding._Context.fits_after

    def count(around: finding._Context, text: quotes.Text, end: int) -> bool:
        nonlocal tried
        tried += 1
        return fits_after(around, text, end)

    monkeypatch.setattr(finding._Context, "fits_after", count)
    for unit, quote, grade in (
        ("ab", "ab", "exact"),
        ("a \u200b b ", "a b", "normalised"),
        ("\u201cab\u201d ", '"ab"', "typographic"),
    ):
        once = unit * 100_000 + "end." + unit * 10
        found = quotes.find(once, quote, suffix="end.")
        assert (found.grade, found.end_char <= once.index("end.") <= found.end_char + 1) == (grade, True)
        with pytest.raises(QuoteAmbiguous, match="is in the text 2 times before suffix"):
            quotes.find(once * 2, quote, suffix="end.")
        with pytest.raises(QuoteNotFound, match="is in the text, but not before suffix"):
            quotes.find(once, quote, suffix="other")
    assert tried < 200_000, tried


@given(st.text("ab \u200b\u201c\u0301", max_size=40) | st.text("fi \ufb01\ufb03", max_size=40), st.data())
def test_where_a_quotation_stands_often_it_is_found_as_where_it_stands_seldom(text: str, data: st.DataObject) -> None:
    """However it is looked for, the same place is found, at the same grade."""
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 3)))
    prefix, suffix = text[max(0, start - data.draw(st.integers(0, 4))) : start], text[end : end + data.draw(st.integers(0, 4))]
    answers = []
    for many in (10_000, 8):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(finding, "TRIED", many)
            try:
                answers.append(repr(quotes.find(text, text[start:end], prefix or None, suffix or None)))
            except (QuoteAmbiguous, QuoteNotFound) as error:
                answers.append(str(error))
    assert answers[0] == answers[1] or "more than 8 times" in answers[1]


@given(st.text("ab", min_size=1, max_size=4), st.lists(st.sampled_from(["", "a", "b"]), min_size=1, max_size=12), st.data())
def test_every_place_of_a_quotation_that_overlaps_itself_is_counted(unit: str, between: list[str], data: st.DataObject) -> None:
    """As if each were looked at."""
    text = unit.join(between) + unit
    start = data.draw(st.integers(0, len(text) - 1))
    needle = text[start : start + data.draw(st.integers(1, 12))]
    assert [*finding._occurrences(text, needle)] == [at for at in range(len(text)) if text.startswith(needle, at)]


def test_texts_are_held_as_long_as_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those used last stay; one that is longer than all the room is held alone."""
    monkeypatch.setattr(text_cache, "ROOM", 100)
    read: list[str] = []

    def text(id: str) -> quotes.Text:
        read.append(id)
        return quotes.Text("x" * (500 if id == "long" else 40))

    held = text_cache.TextCache(text)
    for id in ("a", "b", "a", "c", "a", "b", "long", "long", "a"):
        held(id)
    assert read == ["a", "b", "c", "b", "long", "a"]
    held.cache_clear()
    assert held("a").raw == "x" * 40
    assert read[-1] == "a"


# Sources of one name


def test_a_number_for_an_id_is_found_in_few_steps(timeline: Timeline, report: ArchivedSource) -> None:
    """Of sources that would be called alike each gets the next number, and few of the others are asked for."""
    asked = 0
    version = timeline.log.version

    def count(stream: str) -> int:
        nonlocal asked
        asked += 1
        return version(stream)

    ids = []
    for number in range(40):
        document = from_text(f"Text {number}.")
        timeline.log.version, asked = count, 0  # type: ignore[method-assign]
        ids.append(timeline.archive_document(document, name="page.txt", title="T").id)
        assert asked < 20
    assert ids == ["page", *(f"page-{number}" for number in range(2, 41))]
