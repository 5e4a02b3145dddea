"""Imports hold the log no longer than their rows need: chains, addresses and rows that are alike are looked at few times."""

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


def test_a_chain_of_wholes_is_followed_so_far(timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part too deep is recorded without its whole, which is told; the rows after it go on from there."""
    monkeypatch.setattr(happenings, "_DEEPEST", 10)
    path = tmp_path / "deep.csv"
    path.write_text("key,date,title,part_of\n" + "".join(f"k{n},2001,T{n},{f'k{n - 1}' if n else ''}\n" for n in range(25)))
    plan = run.append(run.understand(path, "csv"), timeline)
    told = [(outcome.row.number, remark) for outcome in plan.outcomes for remark in outcome.remarks if remark[0] == "part_of"]
    assert [remark for _, (_, remark) in told] == [
        'dropped: with "k10" it would be part of more than 10, one within the other',
        'dropped: with "k21" it would be part of more than 10, one within the other',
    ]
    assert (timeline.happening("deep-k11").part_of, timeline.happening("deep-k12").part_of) == (None, "deep-k11")
    assert timeline.verify().ok


def test_addresses_and_what_stands_are_read_once(timeline: Timeline) -> None:
    """However many annotations cite a page, or are cited for one happening."""
    for number in range(3):
        timeline.archive(text=f"They met {number}.", id=f"s{number}", title="T", url=f"https://example.org/a#{number % 2}")
    timeline.record("h", title="T", date="2001", citations=[{"source": "s0", "quote": "They met 0"}])
    citations = Citations(cast(Any, None), timeline, None)
    asked: list[str] = []
    timeline.log.connection.set_trace_callback(asked.append)
    for _ in range(5):
        assert citations._sources(timeline, "https://example.org/a/#x") == ["s2", "s1", "s0"]
        assert citations._standing("h").places == {("s0", 0, 10)}
    assert sum("FROM sources" in statement for statement in asked) == 1
    assert sum("FROM events" in statement for statement in asked) <= 2


@dataclass
class Counted:
    """Counts how often ids are looked for among those that are taken."""

    ids: set[str]
    looked: int = 0

    def __contains__(self, id: str) -> bool:
        self.looked += 1
        return id in self.ids

    def add(self, id: str) -> None:
        """Take one."""
        self.ids.add(id)


def prepared(rows: int, known: int) -> Matching:
    """Give a matching of so many rows and happenings, none of which is matched yet."""
    made = Matching.__new__(Matching)
    made.found, made.claimed = {}, cast(Any, Counted(set()))
    made._text, made._stem = "same", ""
    made._rows = [
        cast(Any, SimpleNamespace(number=n, start=0, end=4, fields={"date": "2001", "title": str(n)})) for n in range(rows)
    ]
    base = {"date": "2001", "title": "T"}
    made._earlier = Earlier(
        known={f"k{n}": cast(Any, SimpleNamespace(id=f"k{n}", base=base, start=n, quote="same")) for n in range(known)}
    )
    return made


def test_rows_that_are_alike_are_matched_in_linear_time() -> None:
    """In their order, each with the first one that is left."""
    made = prepared(500, 500)
    made._match_the_same()
    assert {number: known.id for number, known in made.found.items()} == {n: f"k{n}" for n in range(500)}
    assert cast(Counted, made.claimed).looked < 5_000


@settings(deadline=None)
@given(st.integers(1, 4), st.integers(1, 4), st.lists(st.sampled_from([0, ALIKE, 70, CLEARLY, 90, 100]), min_size=16, max_size=16))
def test_rows_resemble_clearly_what_every_rival_resembles_less(rows: int, known: int, ratios: list[float]) -> None:
    """By far: of the same row, and of the same happening."""
    made = prepared(rows, known)
    ratio = {(row.number, id): ratios[row.number * 4 + int(id[1])] for row in made._rows for id in made._earlier.known}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(matching, "_ratio", lambda row, one: ratio[row.number, one.id])
        made._match_clearly()
    clear = {
        number: id
        for (number, id), one in ratio.items()
        if one >= CLEARLY
        and all(other <= one - APART for (n, i), other in ratio.items() if (n == number) != (i == id))
    }  # fmt: skip
    assert {number: one.id for number, one in made.found.items()} == clear
