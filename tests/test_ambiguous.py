"""Ambiguous quotations: refused when new, and found at their place when the log has them."""

import json
from pathlib import Path

import pytest

from timeline import Timeline, TimelineError, bundles
from timeline.audit.events import _is_at_its_place
from timeline.errors import QuoteAmbiguous
from timeline.exchange.formats.jsonl import writer as as_jsonl
from timeline.quotes import Text, find

TEXT = 'The Commission heard A. The Commission\nheard B. The Commission heard C, “briefly”. The Commission heard C, "briefly".'
WORDS = "The Commission heard"
# As an event has it that was recorded while only places of the same grade counted.
ONCE = [{"source": "report", "quote": f"{WORDS} C, “briefly”", "start_char": TEXT.index("The Commission heard C")}]
AGAIN = [{"source": "report", "quote": f"{WORDS} C, “briefly”"}]


@pytest.fixture
def older(timeline: Timeline) -> Timeline:
    """Record a happening, and correct it, as when only places of the same grade counted."""
    timeline.archive(text=TEXT, id="report", title="A report")
    timeline.record("hearing", title="A hearing", date="2025", citations=ONCE)
    timeline.correct("hearing", date="2026", citations=ONCE * 2, reason="year")
    timeline.correct("hearing", title="The hearing", reason="title")
    return timeline


def test_words_with_a_line_end_in_them_elsewhere_need_a_prefix_or_suffix(timeline: Timeline) -> None:
    """And nothing is appended before."""
    timeline.archive(text=TEXT[:48], id="report", title="A report")
    for quote in (WORDS, "The Commission\nheard"):
        with pytest.raises(
            QuoteAmbiguous,
            match=r"2 times, expected once, white space and typography aside: at characters 0 .*, 24 .* Give a prefix or suffix",
        ):
            timeline.record("hearing", title="A hearing", date="2025", citations=[{"source": "report", "quote": quote}])
    assert timeline.log.size() == 1
    for suffix, start in ((" A", 0), (" B", 24)):
        citation = {"source": "report", "quote": WORDS, "suffix": suffix}
        timeline.record(f"hearing-{start}", title="A hearing", date="2025", citations=[citation])
        assert timeline.happening(f"hearing-{start}").citations[0].start_char == start


def test_an_older_event_is_sound(older: Timeline) -> None:
    """Its quotation is at its recorded place."""
    report = older.verify()
    assert report.ok, report


def test_an_older_event_with_a_wrong_place_is_a_fault() -> None:
    """At any grade."""
    text = Text("a\nb, a b, “a”")
    for quote, prefix in (("a b", "b, "), ("a b", None), ('"a"', None)):
        found = find(text, quote, prefix, None if prefix else text.raw[3:6] if quote == "a b" else None)
        citation = {"quote": quote, **{name: getattr(found, name) for name in found._fields}}
        assert _is_at_its_place(text, citation)
        for wrong in ({"start_char": 1}, {"end_char": found.end_char - 1}, {"grade": "x"}, {"quote": "a c"}, {"suffix": "z"}):
            assert not _is_at_its_place(text, citation | wrong)


def test_an_older_call_is_safe_to_repeat(older: Timeline) -> None:
    """The same words without a prefix are those in the event; another statement is refused as ambiguous."""
    size = older.log.size()
    assert older.record("hearing", title="A hearing", date="2025", citations=AGAIN).version == 1
    assert older.correct("hearing", date="2026", citations=AGAIN * 2, reason="year").version == 2
    assert older.log.size() == size
    older.correct("hearing", citations=[*AGAIN, {"source": "report", "quote": "heard A"}], reason="one more")
    assert [one.start_char for one in older.happening("hearing").citations] == [ONCE[0]["start_char"], 15]
    with pytest.raises(QuoteAmbiguous):
        older.record("other", title="A hearing", date="2025", citations=AGAIN)
    with pytest.raises(TimelineError):
        older.record("hearing", title="A hearing", date="2025", citations=[{**AGAIN[0], "prefix": "heard C, "}])


def test_an_older_event_comes_back_from_its_bundle(older: Timeline, tmp_path: Path) -> None:
    """With its place, so that the same data is appended."""
    file = tmp_path / "all.jsonl"
    file.write_text("".join(as_jsonl.write_log(older.log.connection, None, lambda _: None)), encoding="utf-8")
    with Timeline(tmp_path / "again.db", by="another") as other:
        bundles.append(other, file)
        assert [event.data for event in other.events()] == [event.data for event in older.events()]
        assert other.verify().ok


@pytest.mark.parametrize("quote", ["a b", "“c” d", "ﬁt", "x"])
def test_every_grade_comes_back_from_a_bundle_with_repeated_words(timeline: Timeline, tmp_path: Path, quote: str) -> None:
    """Even with the same surroundings: the place says which is meant."""
    text = ('a\nb, "c" d, fit, x. ' * 5 + "a b, “c” d, ﬁt, x. " + "a\u00a0b, 'c' d, fit, x. " * 5) * 2
    timeline.archive(text=text, id="report", title="A report")
    for words, after in (("a\n", 0), ("a b", 0), ("“c”", 0), ("ﬁt", 0), ('"c"', 60), ("fit", 90), ("x", 50)):
        start = text.index(words, after)
        try:
            citation = {"source": "report", "quote": quote, "start_char": start}
            timeline.record(f"at-{start}", title="x", date="2025", citations=[citation])
        except TimelineError:
            continue
    assert timeline.log.size() > 1
    entries = [json.loads(line) for line in as_jsonl.write_log(timeline.log.connection, None, lambda _: None)]
    with Timeline(tmp_path / "again.db", by="another") as other:
        other.append_many(entries)
        assert [event.data for event in other.events()] == [event.data for event in timeline.events()]
    assert timeline.verify().ok


def test_a_correction_of_something_else_keeps_the_place(timeline: Timeline) -> None:
    """The quotation is not searched again: by its words and surroundings, it could be in several places."""
    timeline.archive(text="They met. " * 40, id="note", title="A note")
    cited = [{"source": "note", "quote": "They met", "start_char": 200}]
    recorded = timeline.append({"id": "met", "title": "They meet", "date": "2025", "citations": cited})
    corrected = timeline.correct("met", title="They met", reason="Tense")
    places = [event.payload["statement"]["citations"] for event in (recorded, corrected)]
    assert places[0] == places[1]
    assert places[1][0]["start_char"] == 200
    assert timeline.verify().faults == ()


def test_a_correction_of_something_else_keeps_two_places_of_the_same_words(timeline: Timeline) -> None:
    """After a new search, nobody could tell them apart."""
    timeline.archive(text="They met. " * 40, id="note", title="A note")
    cited = [{"source": "note", "quote": "They met", "start_char": start} for start in (250, 200)]
    timeline.append({"id": "met", "title": "They meet", "date": "2025", "citations": cited})
    timeline.correct("met", title="They met", reason="Tense")
    assert [one.start_char for one in timeline.happening("met").citations] == [250, 200]
    assert timeline.verify().faults == ()


def test_a_correction_of_citations_is_safe_to_repeat_whatever_came_later(timeline: Timeline) -> None:
    """Also without its place, if neither the current nor the previous statement has that quotation."""
    timeline.archive(text=TEXT, id="report", title="A report")
    timeline.record("hearing", title="A hearing", date="2025", citations=[{"source": "report", "quote": "heard A"}])
    timeline.correct("hearing", title="The hearing", reason="more")
    timeline.correct("hearing", citations=ONCE, reason="more")
    timeline.correct("hearing", citations=[{"source": "report", "quote": "heard B"}], reason="other")
    size = timeline.log.size()
    assert timeline.correct("hearing", citations=AGAIN, reason="more").version == 3
    assert timeline.log.size() == size


def test_an_ambiguous_quotation_does_not_take_the_place_of_other_words(timeline: Timeline) -> None:
    """Another quotation at one of its places does not decide which is meant."""
    timeline.archive(text=TEXT, id="report", title="A report")
    cited = [{"source": "report", "quote": f"{WORDS} A"}]
    timeline.record("hearing", title="A hearing", date="2025", citations=cited)
    for quote in (WORDS, "The Commission"):
        with pytest.raises(QuoteAmbiguous):
            timeline.correct("hearing", citations=[*cited, {"source": "report", "quote": quote}], reason="more")
    assert timeline.log.size() == 2


@pytest.mark.parametrize("given", [("prefix",), ("suffix",), ("prefix", "suffix")])
def test_a_known_place_accepts_new_surroundings(timeline: Timeline, given: tuple[str, ...]) -> None:
    """A correction may add a prefix or suffix to a quotation whose place is in the log: it stays the same one."""
    timeline.archive(text="Then they met: " * 40, id="note", title="A note")
    cited = {"source": "note", "quote": "they met"}
    event = timeline.append({"id": "met", "title": "They meet", "date": "2025", "citations": [{**cited, "start_char": 200}]})
    (placed,) = event.payload["statement"]["citations"]
    said = {**cited, **{side: placed[side] for side in given}}
    corrected = timeline.correct("met", title="They met", citations=[said], reason="Tense")
    assert corrected.payload["statement"]["citations"] == [placed]
