"""Appending takes linear time and little memory, whatever refers to what; and every circle is found."""

import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shares import share

from timeline import Timeline, authors, bundles, part_of_circles, projections, size_limits
from timeline.errors import BundleInvalid, PartOfCircle, StatementInvalid, TimelineError

Entries = Iterator[dict[str, Any]]
FOUND = {"source": "s", "quote": "the words"}
SOURCE = {"source": {"id": "s", "title": "S", "text": "Here are the words, once."}}
STATEMENT = {"title": "T", "date": "2001", "citations": [FOUND]}
LINEAR = 7  # times as much for four times as many, at most; what is quadratic takes sixteen


def happening(number: int, **fields: object) -> dict[str, Any]:
    """Give an entry."""
    return {"happening": {"id": f"h{number}", **STATEMENT, **fields}}


def chain(count: int) -> Entries:
    """Let each be part of the one before."""
    yield SOURCE
    for number in range(count):
        yield happening(number, **({"part_of": f"h{number - 1}"} if number else {}))


def chain_backwards(count: int) -> Entries:
    """Let each be part of the one after."""
    yield SOURCE
    for number in range(count):
        yield happening(number, **({"part_of": f"h{number + 1}"} if number < count - 1 else {}))


def circle(count: int) -> Entries:
    """Let each be part of the one after, and the last one of the first."""
    yield SOURCE
    for number in range(count):
        yield happening(number, part_of=f"h{(number + 1) % count}")


def tails(count: int) -> Entries:
    """Give a chain, and as many that are part of its first one; each comes before its whole."""
    yield SOURCE
    for number in range(count):
        yield happening(count + number, part_of="h0")
    yield from list(chain_backwards(count))[1:]


def corrected(count: int) -> Entries:
    """Correct one happening again and again."""
    yield SOURCE
    yield happening(0)
    for number in range(count):
        yield {"correct": "h0", "title": f"T{number}", "reason": f"reason {number}"}


def corrected_for_one_reason(count: int) -> Entries:
    """Do the same, always for the same reason."""
    yield SOURCE
    yield happening(0)
    for number in range(count):
        yield {"correct": "h0", "title": f"T{number}", "reason": "as it is"}


def source_corrected(count: int) -> Entries:
    """Correct one source again and again."""
    yield SOURCE
    for number in range(count):
        yield {"correct_source": "s", "title": f"T{number}", "reason": f"reason {number}"}


def reviewed(count: int) -> Entries:
    """Review one version again and again, with another comment each time."""
    yield SOURCE
    yield happening(0)
    for number in range(count):
        yield {"review": "h0", "verdict": "doubted", "version": 1, "comment": f"comment {number}"}


def reviewed_when_corrected(count: int) -> Entries:
    """Review each version of one happening."""
    yield SOURCE
    yield happening(0)
    for number in range(count // 2):
        yield {"review": "h0", "verdict": "doubted", "version": 2 * number + 1}
        yield {"correct": "h0", "title": f"T{number}", "reason": f"reason {number}"}


def steps(entries: Entries) -> int:
    """Count the hundreds of steps that SQLite takes to append a bundle, and Python the lookups that it is asked for."""
    with TemporaryDirectory() as folder, Timeline(Path(folder) / "t.db", by="tester") as timeline:
        path = Path(folder) / "b.jsonl"
        path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
        taken = 0

        def count() -> int:
            nonlocal taken
            taken += 1
            return 0

        timeline.log.prepare(lambda connection: connection.set_progress_handler(count, 100))
        try:
            bundles.append(timeline, path)
        except BundleInvalid as error:
            assert "circle" in str(error)
        return taken


@pytest.mark.parametrize(
    "entries",
    [chain, chain_backwards, circle, tails, corrected, corrected_for_one_reason, source_corrected],
    ids=lambda one: one.__name__,
)
def test_appending_takes_linear_time(entries: Callable[[int], Entries]) -> None:
    """Four times as many entries that refer to each other, or to one stream, take about four times the steps."""
    few, many = steps(entries(150)), steps(entries(600))
    assert many < LINEAR * few, f"{many / few:.1f} times the steps"


@pytest.mark.parametrize("entries", [reviewed, reviewed_when_corrected], ids=lambda one: one.__name__)
def test_reviewing_takes_linear_time(entries: Callable[[int], Entries], monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times as many reviews of one happening compare about four times as many names."""
    compared: list[str] = []
    same = authors.same
    monkeypatch.setattr(authors, "same", lambda name: compared.append(name) or same(name))
    counts = []
    for count in (50, 200):
        compared.clear()
        steps(entries(count))
        counts.append(len(compared))
    assert counts[1] < LINEAR * counts[0], counts


def test_a_happening_has_a_thousand_reviews_at_most(timeline: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite's guards look through all of them for each; one that is there already is still answered."""
    monkeypatch.setattr(size_limits, "MOST", 3)
    entries = list(reviewed(4))
    events = timeline.append_many(entries[:5])
    with pytest.raises(StatementInvalid, match="happening/h0: has 3 reviews, the most"):
        timeline.append(entries[5])
    assert timeline.append(entries[4]) == events[4]


def test_appending_the_same_corrections_again_takes_linear_time(timeline: Timeline) -> None:
    """Each is known at once, however many there are, also to another connection."""
    entries = list(corrected_for_one_reason(30))
    events = timeline.append_many(entries)
    with Timeline(timeline.log.path, by="tester") as other:
        assert other.append_many(entries) == events
        assert other.append_many(entries[5:9]) == events[5:9]


def test_little_is_held_of_a_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four times as many lines take no more memory, be they recorded before their whole, after it, or corrected.

    Those that are held are as many at a time as the program says, here few.
    """
    monkeypatch.setattr(projections, "STEP", 100)
    monkeypatch.setattr("timeline.log.log.AT_ONCE", 20)
    monkeypatch.setattr("timeline.bundles.appending.AT_ONCE", 20)

    def peak(count: int) -> int:
        path = tmp_path / "b.jsonl"
        with path.open("w") as file:
            for entry in (SOURCE, happening(0), *(happening(n, part_of="h0", summary="x" * 200) for n in range(1, count))):
                file.write(json.dumps(entry) + "\n")
            file.writelines(json.dumps({"correct": f"h{n}", "title": "U", "reason": "r"}) + "\n" for n in range(count))
        with Timeline(tmp_path / f"{count}.db", by="tester") as timeline:
            tracemalloc.start()
            bundles.append(timeline, path)
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
        return found

    peak(10)  # what is kept once and for all
    few, many = peak(300), peak(1200)
    assert many < few + 200_000


def test_a_fault_at_the_end_is_told_with_its_line_and_leaves_nothing(
    timeline: Timeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reference to nowhere is in the last line but one, and in no other; what came before was written in many parts."""
    monkeypatch.setattr(projections, "STEP", 100)
    monkeypatch.setattr("timeline.log.log.AT_ONCE", 20)
    monkeypatch.setattr("timeline.bundles.appending.AT_ONCE", 20)
    path = tmp_path / "b.jsonl"
    entries = [SOURCE, *(happening(number) for number in range(300)), happening(300, part_of="nowhere"), happening(301)]
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    with pytest.raises(BundleInvalid) as caught:
        bundles.append(timeline, path)
    reason = 'there is no happening "nowhere". Record it first, or correct the id'
    assert str(caught.value) == f"{path}:302: happening/h300: part_of: {reason}"
    assert timeline.log.size() == 0
    assert timeline.log.connection.execute("SELECT count(*) FROM happenings").fetchone() == (0,)
    assert timeline.verify().ok


def test_a_circle_is_told_once_at_a_line_that_closes_it(timeline: Timeline, tmp_path: Path) -> None:
    """Of one longer than Python may recurse, beginning and end are told; one of two lines that only lead to it is not at fault."""
    path = tmp_path / "b.jsonl"
    entries = [*circle(1_200), happening(1_200, part_of="h7"), happening(1_201, part_of="h1200")]
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    with pytest.raises(BundleInvalid) as caught:
        bundles.append(timeline, path)
    (told,) = str(caught.value).splitlines()
    assert told.startswith(f"{path}:2: happening/h0: part_of: makes a circle: h0 in h1 in h2 in")
    last = " in ".join(f"h{number}" for number in range(1191, 1200))
    assert told.endswith(f" in h9 in … (1,181 more) … in {last} in h0. Leave one of them out")


# Circles: whatever closes one is refused

names = st.sampled_from(["a", "b", "c", "d", "e"])


@settings(max_examples=share(150), deadline=None)
@given(st.lists(st.lists(st.tuples(names, names | st.none(), st.booleans()), min_size=1, max_size=5), max_size=6))
def test_every_circle_is_found(batches: list[list[tuple[str, str | None, bool]]]) -> None:
    """In whatever order they come, batches are refused where someone would be part of itself, or of nobody, and nowhere else."""
    with TemporaryDirectory() as folder, Timeline(Path(folder) / "t.db", by="tester") as timeline:
        timeline.append(SOURCE)
        standing: dict[str, str | None] = {}
        for number, batch in enumerate(batches):
            after, entries = dict(standing), []
            for place, (name, whole, again) in enumerate(batch):
                if name not in after:
                    entries.append({"id": name, **STATEMENT, **({"part_of": whole} if whole else {})})
                elif after[name] != whole:
                    entries.append({"correct": name, "part_of": whole, "reason": f"{number} {place}"})
                elif again:
                    entries.append({"correct": name, "title": f"{number} {place}", "reason": "r"})
                after[name] = whole
            told = [entry["part_of"] for entry in entries if entry.get("part_of")]
            try:
                timeline.append_many(entries)
            except TimelineError as error:
                sound = all(whole in after for whole in told) and not any(is_in_circle(one, after) for one in after)
                assert not sound
                if all(whole in after for whole in told):
                    assert isinstance(error, PartOfCircle)
            else:
                standing = after
                assert not any(is_in_circle(one, standing) for one in standing)


def is_in_circle(name: str, whole_of: dict[str, str | None]) -> bool:
    """Follow a chain as long as it can be."""
    at = whole_of.get(name)
    for _ in whole_of:
        if at is None or at == name:
            break
        at = whole_of.get(at)
    return at == name


def test_a_circle_is_found_though_little_is_remembered(timeline: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was looked at is forgotten beyond a number, which only takes time."""
    monkeypatch.setattr(part_of_circles, "_REMEMBERED", 3)
    with pytest.raises(PartOfCircle):
        timeline.append_many(circle(50))
    timeline.append_many(chain_backwards(50))


def test_read_tables_grow_within_a_transaction(timeline: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Carried forward every few events, they are as they are when derived at once."""
    monkeypatch.setattr(projections, "STEP", 3)
    timeline.append_many([*corrected(10), *source_corrected(7), *list(chain_backwards(9))[2:], {"retract": "h3", "reason": "r"}])
    assert timeline.verify().ok
    size = timeline.log.size()
    with pytest.raises(StatementInvalid):
        timeline.append_many([*(happening(100 + number) for number in range(10)), happening(200, title="")])
    assert timeline.log.size() == size
    assert timeline.verify().ok
