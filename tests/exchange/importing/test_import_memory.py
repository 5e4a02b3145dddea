"""A million rows need little memory: they are held packed, and the large text of their file is in memory few times."""

import gc
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline import Timeline, documents, projections
from timeline.cli.import_report import lines
from timeline.errors import ImportRefused, Sentence, kind_of
from timeline.exchange.formats.csv import reader as csv_reader
from timeline.exchange.formats.jsonl import reader as jsonl_reader
from timeline.exchange.importing import run
from timeline.exchange.rows import packed
from timeline.exchange.rows.packed import Packed
from timeline.exchange.rows.row import Row

ROWS = packed.AT_ONCE * 2 + 50  # in three blocks, the last of which is not packed


@given(st.lists(st.integers()), st.integers(1, 5), st.slices(12))
def test_a_packed_list_is_like_any_other(items: list[int], at_once: int, some: slice) -> None:
    """Also those that end with a whole block, and changed ones."""
    made = Packed(items, at_once=at_once)
    assert (len(made), [*made], made[some]) == (len(items), items, items[some])
    assert [made[at] for at in range(-len(items), len(items))] == items * 2
    for number, block in made.blocks():
        made.put(number, [item + 1 for item in block])
    assert [made[at] for at in range(len(items))] == [item + 1 for item in items]
    with pytest.raises(IndexError):
        made[len(items)]


def test_packed_sentences_are_of_the_same_kind() -> None:
    """So that a report puts them together."""
    form = "{} repeats row {}"
    rows = Packed([Row(n, 0, 1, questions=(("", Sentence(form, n, Sentence("of {}", n))),)) for n in range(3)], at_once=1)
    kinds = {kind_of(words) for row in rows for _, words in row.questions}
    assert kinds == {kind_of(Sentence(form, 7, Sentence("of {}", 8)))}
    assert rows[2].questions[0][1] == "2 repeats row of 2"


def test_rows_of_every_block_refer_to_each_other(timeline: Timeline, tmp_path: Path) -> None:
    """Forwards and backwards, and not to refused rows, wherever they are. Repeated words and keys name the first row."""
    table = ["key,date,title,part_of,weather"]
    table += [f"k{n},{1500 + n},Title {n},{'' if n % 2 else f'k{ROWS - 1 - n}'},word" for n in range(ROWS)]
    table[2] = "k1,no day,Title 1,,word"
    table += [table[5], "k7,2001,Another,,word", f"x,1999,Last,k{ROWS - 1},word"]
    path = tmp_path / "many.csv"
    path.write_text("\n".join(table) + "\n")
    plan = run.append(run.understand(path, "csv"), timeline)
    by_number = {outcome.row.number: outcome for outcome in plan.outcomes}
    assert [*by_number] == [*range(2, ROWS + 5)]
    assert [number for number, outcome in by_number.items() if outcome.verb == "refused"] == [3]
    last, twin, same_key = by_number[ROWS + 1], by_number[ROWS + 2], by_number[ROWS + 3]
    assert timeline.happening("many-k0").part_of == f"many-k{ROWS - 1}"
    assert timeline.happening("many-x").part_of == last.stream.removeprefix("happening/")
    assert [str(words) for _, words in twin.row.questions][-2:] == [
        '"k4" is the key of row 6 as well',
        "repeats row 6 word for word. Remove one if it is there by mistake",
    ]
    assert '"k7" is the key of row 9 as well' in [words for _, words in same_key.row.questions]
    dropped = {number for number, outcome in by_number.items() if any("is no happening" in words for _, words in outcome.remarks)}
    assert dropped == {ROWS}, "the row whose parent was refused"
    report = "\n".join(lines(run.understand(path, "csv"), plan, full=False, done=True))
    assert f'weather (row 2 "word", and in {ROWS + 2} more rows)' in report
    again = run.append(run.understand(path, "csv"), timeline)
    assert again.counts() == {"unchanged": ROWS + 2, "refused": 1}
    assert timeline.verify().ok


def _blocks(folder: Path, rows: int) -> int:
    """Import so many rows, and return the most blocks of memory that Python had in use: at least one for each small object."""
    gc.collect()
    before, most, calls = sys.getallocatedblocks(), 0, 0

    def measure(_: int) -> None:
        nonlocal most, calls
        calls += 1
        if calls % 500 == 0:
            gc.collect()  # what waits for it is not held
            most = max(most, sys.getallocatedblocks())

    text = "".join(f"{1500 + n % 500},Decision {n},They met {n} times,x\n" for n in range(rows))
    (folder / "table.csv").write_text("date,title,description,page\n" + text)
    with Timeline(folder / f"{rows}.db", by="t") as timeline:
        file = run.understand(folder / "table.csv", "csv", advance=measure)
        plan = run.append(file, timeline, advance=measure)
    for line in lines(file, plan, full=False, done=True):
        measure(len(line))
    return most - before


def test_no_row_is_in_memory_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only its id is, while ids are given. A row and its fields would be more than ten objects, and its outcome ten more."""
    monkeypatch.setattr(projections, "STEP", 500)  # happenings that wait for the read tables are in memory
    _blocks(tmp_path, 500)  # fills the caches
    gc.freeze()  # what other tests have left is not walked through at each look
    try:
        few, many = _blocks(tmp_path, 2_000), _blocks(tmp_path, 4_000)
    finally:
        gc.unfreeze()
    assert (many - few) / 2_000 < 4, (few, many)


def test_only_files_that_are_read_row_by_row_may_be_very_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list in JSON is parsed as a whole, so it is not among them."""
    monkeypatch.setattr(documents, "MAXIMUM_BYTES", 50)
    for reader in (csv_reader, jsonl_reader):
        monkeypatch.setattr(reader, "MAXIMUM_BYTES", 400)
    record = '{"title": "They met", "date": "2001-02-03"}'
    texts = {
        "csv": "title,date\n" + "They met,2001-02-03\n" * 5,
        "jsonl": f"{record}\n" * 3,
        "ics": "BEGIN:VCALENDAR\r\n" + "X-A:1\r\n" * 20,
    }
    for format, text in texts.items():
        (tmp_path / f"a.{format}").write_text(text)
    assert len(run.understand(tmp_path / "a.csv", "csv").understood.rows) == 5
    assert len(run.understand(tmp_path / "a.jsonl", "jsonl").understood.rows) == 3
    with pytest.raises(ImportRefused, match="larger than"):
        run.understand(tmp_path / "a.ics", "ics")
    for text in (f"[{record},\n{record}]", f'{{"data": [{record}, {record}]}}', f'{{\n"data": [{record}]}}', record + " " * 30):
        (tmp_path / "list.jsonl").write_text(text)
        with pytest.raises(ImportRefused, match="not one JSON object on each line"):
            run.understand(tmp_path / "list.jsonl", "jsonl")
    (tmp_path / "a.csv").write_text("title,date\n" + "They met,2001-02-03\n" * 25)
    with pytest.raises(ImportRefused, match="larger than"):
        run.understand(tmp_path / "a.csv", "csv")
