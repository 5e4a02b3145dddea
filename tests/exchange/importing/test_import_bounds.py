"""Imports take time in proportion to their rows: chains, addresses and equal rows are looked up few times."""

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from timeline import Timeline
from timeline.exchange.importing import happenings, matching, run
from timeline.exchange.importing.annotations import Citations
from timeline.exchange.importing.earlier import Earlier
from timeline.exchange.importing.matching import ALIKE, APART, CLEARLY, Matching


def test_chains_of_parents_have_a_limit(timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A happening nested too deeply is recorded without its parent, with a remark. Later rows are nested again from there."""
    monkeypatch.setattr(happenings, "_DEEPEST", 10)
    path = tmp_path / "deep.csv"
    path.write_text("key,date,title,part_of\n" + "".join(f"k{n},2001,T{n},{f'k{n - 1}' if n else ''}\n" for n in range(25)))
    plan = run.append(run.understand(path, "csv"), timeline)
    remarks = [(outcome.row.number, remark) for outcome in plan.outcomes for remark in outcome.remarks if remark[0] == "part_of"]
    assert [remark for _, (_, remark) in remarks] == [
        'dropped: with "k10" it would be part of more than 10, one within the other',
        'dropped: with "k21" it would be part of more than 10, one within the other',
    ]
    assert (timeline.happening("deep-k11").part_of, timeline.happening("deep-k12").part_of) == (None, "deep-k11")
    assert timeline.verify().ok


def test_addresses_and_recorded_happenings_are_read_once(timeline: Timeline) -> None:
    """Any number of annotations may cite one page, or one happening."""
    for number in range(3):
        timeline.archive(text=f"They met {number}.", id=f"s{number}", title="T", url=f"https://example.org/a#{number % 2}")
    timeline.record("h", title="T", date="2001", citations=[{"source": "s0", "quote": "They met 0"}])
    citations = Citations(cast(Any, None), timeline, None)
    asked: list[str] = []
    timeline.log.connection.set_trace_callback(asked.append)
    for _ in range(5):
        assert citations._sources(timeline, "https://example.org/a/#x") == ["s2", "s1", "s0"]
        assert citations._recorded("h").places == {("s0", 0, 10)}
    assert sum("FROM sources" in statement for statement in asked) == 1
    assert sum("FROM events" in statement for statement in asked) <= 2


@dataclass
class Counted:
    """A set of ids that counts the searches in it."""

    ids: set[str]
    looked: int = 0

    def __contains__(self, id: str) -> bool:
        self.looked += 1
        return id in self.ids

    def add(self, id: str) -> None:
        """Add an id."""
        self.ids.add(id)


def prepared(rows: int, known: int) -> Matching:
    """Return a matching of so many rows and happenings, without any match yet."""
    made = Matching.__new__(Matching)
    made.matches, made.claimed = {}, cast(Any, Counted(set()))
    made._text, made._stem = "same", ""
    made._rows = [
        cast(Any, SimpleNamespace(number=n, start=0, end=4, fields={"date": "2001", "title": str(n)})) for n in range(rows)
    ]
    base = {"date": "2001", "title": "T"}
    made._earlier = Earlier(
        happenings={f"k{n}": cast(Any, SimpleNamespace(id=f"k{n}", base=base, start=n, quote="same")) for n in range(known)}
    )
    return made


def test_equal_rows_are_matched_in_linear_time() -> None:
    """In their order, each with the first happening that is left."""
    made = prepared(500, 500)
    made._match_the_same()
    assert {number: known.id for number, known in made.matches.items()} == {n: f"k{n}" for n in range(500)}
    assert cast(Counted, made.claimed).looked < 5_000


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.lists(st.sampled_from([0, ALIKE, 70, CLEARLY, 90, 100]), min_size=16, max_size=16))
def test_a_clear_match_is_far_ahead_of_every_rival(rows: int, known: int, ratios: list[float]) -> None:
    """A match is clear if every rival of the row and of the happening is far less similar."""
    made = prepared(rows, known)
    ratio = {(row.number, id): ratios[row.number * 4 + int(id[1])] for row in made._rows for id in made._earlier.happenings}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "_ratio", lambda row, one: ratio[row.number, one.id])
        made._match_clearly()
    clear = {
        number: id
        for (number, id), one in ratio.items()
        if one >= CLEARLY
        and all(other <= one - APART for (n, i), other in ratio.items() if (n == number) != (i == id))
    }  # fmt: skip
    assert {number: one.id for number, one in made.matches.items()} == clear
