"""No address stops the server: whatever is asked of it, the loop is free again soon, and the work is bounded.

Times are those that the processor worked, which a busy machine hardly changes. `.ci/nightly` asks a timeline of 50,000 happenings
for all of the addresses, and looks at the clock: see tests/load/load.py.
"""

import asyncio
import gc
import re
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette
from hypothesis import given
from hypothesis import strategies as st

from timeline.exchange.formats.ics import writer as as_ics
from timeline.reading import differences
from timeline.selection import sql
from timeline.web import scheduling
from timeline.web.pages import export_body, passages, quotation_views, source

sys.path.append(str(Path(__file__).parents[1] / "load"))
import load
import load_addresses
import load_timeline

# Seconds that the processor may work for one answer, and on the loop without a pause: several times what the slowest ones take, so
# that a slow machine is no fault. Work that grows with the square of anything takes far more.
LONGEST, LONGEST_SLICE = 6.0, 1.5
EVERY = 29  # one address of so many is asked here

SIZE = load_timeline.PUSH


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a timeline that is hard to serve."""
    path = tmp_path_factory.mktemp("load") / f"{load_addresses.DATABASE}.db"
    load_timeline.made(path, SIZE)
    return path


def asked(path: Path) -> list[str]:
    """Choose among all addresses: every page of a source or happening once, and some of all others."""
    every = list(load_addresses.addresses(SIZE, load.log_end(path)))
    whole = [one for one in every if one.endswith((f"?passage=0-{SIZE.characters}", "?as_of=")) or re.search("/desk/[^?]*$", one)]
    return list(dict.fromkeys([*whole, *every[::EVERY]]))


def test_every_route_format_question_and_parameter_is_asked() -> None:
    """A new address that is not in the table of the worst addresses fails here."""
    every = list(load_addresses.addresses(SIZE, 5_000))
    assert load_addresses.unasked(every) == []
    assert "drawing/overview$" in "".join(load_addresses.unasked([one for one in every if "/drawing/overview" not in one]))
    assert load_addresses.unasked([one for one in every if "/export/ics" not in one]) == ["ics"]
    assert "desk/drafts" in "".join(load_addresses.unasked([one for one in every if "/desk/drafts" not in one]))


@pytest.mark.asyncio
async def test_no_address_keeps_the_loop_or_the_processor(loaded: Path, serve: Callable[..., Datasette]) -> None:
    """Each answer, whatever it says, is a bounded piece of work, most of it in threads or in slices."""
    datasette = serve(loaded, metadata=load_addresses.METADATA)
    await datasette.invoke_startup()
    client, writer = datasette.client, {"ds_actor": datasette.sign({"a": {"id": load_addresses.WRITER}}, "actor")}
    for _ in range(3):
        assert (await client.get(f"{load_addresses.AT}/h-7")).status_code == 200
    longest = last = 0.0
    gc.collect()
    gc.freeze()  # what other tests have left is not walked through while this one measures

    def measure() -> None:
        """Add how long the loop's own thread worked since the last turn."""
        nonlocal longest, last
        now = time.thread_time()
        longest, last = max(longest, now - last), now

    async def other() -> None:
        """Come to the turn again and again."""
        while True:
            await asyncio.sleep(0.002)
            measure()

    meanwhile = asyncio.create_task(other())
    slow = []
    for address in asked(loaded):
        longest, last, begun = 0.0, time.thread_time(), time.process_time()
        response = await client.get(address, cookies=writer if load_addresses.is_for_writers(address) else None)
        measure()
        assert response.status_code != 403 or not load_addresses.is_for_writers(address), address
        worked = time.process_time() - begun
        if worked > LONGEST or longest > LONGEST_SLICE or response.status_code >= 500:
            slow.append((address[:200], response.status_code, f"{worked:.2f} s", f"{longest:.2f} s at once"))
    meanwhile.cancel()
    assert slow == []


@pytest.mark.asyncio
async def test_a_long_text_is_cut_in_a_thread(
    loaded: Path, serve: Callable[..., Datasette], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not on the loop."""
    threads: list[threading.Thread] = []
    cut = passages.part

    def watched(*args: Any, **options: Any) -> passages.Part:  # noqa: ANN401 - handed on as it is
        threads.append(threading.current_thread())
        return cut(*args, **options)

    monkeypatch.setattr(passages, "part", watched)
    response = await serve(loaded).client.get(f"{load_addresses.AT}/sources/lines?passage=0-{SIZE.characters}")
    assert response.status_code == 200
    assert response.text.count("data-before") <= passages.MOST_PARAGRAPHS
    assert threading.main_thread() not in threads
    assert threads


@pytest.mark.asyncio
async def test_a_long_text_is_read_on_page_after_page(loaded: Path, serve: Callable[..., Datasette]) -> None:
    """Each page links to the next; a link to a passage far into the text leads to the right page."""
    client, address = serve(loaded).client, f"{load_addresses.AT}/sources/lines"
    text = load_timeline.texts(SIZE)["lines"][0]
    first = (await client.get(address)).text
    assert 'rel="next"' in first
    further = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = (await client.get(further)).text
    start = int(further.partition("start=")[2])
    assert f'data-start="{start}"' in second
    assert f'data-start="{start}"' not in first
    assert "Read it from its beginning" in second
    at = len(text) - 10
    there = (await client.get(f"{address}?passage={at}-{len(text)}")).text
    assert 'id="passage"' in there
    assert "Read it from its beginning" in there
    happening = next(n for n in range(SIZE.happenings - 1, 0, -1) if n % 10 == 1)
    cited = f"{load_addresses.AT}/sources/cited-over?cited=h-{happening}"
    last = SIZE.citations > happening
    assert f'id="c-h-{happening}-{2 + last}"' in (await client.get(f"{cited}-{2 + last}")).text
    for odd in ("-1", "x", "9" * 9, "9" * 5_000, "٣"):
        assert (await client.get(f"{address}?start={odd}")).text.count("data-start=") == first.count("data-start=")


def test_a_table_as_a_source_is_read_page_after_page() -> None:
    """Each of its rows is a paragraph: a page ends before it is taller than anybody scrolls, and nothing is lost."""
    rows = [f"{number}, {'a cell, ' * (number % 40)}the last cell" for number in range(5_000)]
    text = "\n".join(rows)
    start: int | None = 0
    shown: list[str] = []
    while start is not None:
        page = passages.part(text, [], start=start)
        lines = sum(-(-(one.end - one.start) // passages.LINE) for one in page.paragraphs)
        assert lines * 29 + len(page.paragraphs) * 18 < 60_000  # pixels, as the style sheet has it
        shown += [text[one.start : one.end] for one in page.paragraphs]
        start = page.next_start
    assert shown == rows


@given(
    st.text(alphabet="ab \n\u064e\f", max_size=60),
    st.lists(st.tuples(st.integers(0, 59), st.integers(1, 60)), max_size=8),
    st.integers(1, 5),
    st.integers(1, 4),
    st.integers(1, 3),
)
def test_page_after_page_is_the_whole_text(body: str, spans: list[tuple[int, int]], most: int, notes: int, characters: int) -> None:
    """Nothing is lost between two pages, and each goes on where the one before it ended."""
    known = passages.numbered((start, end) for start, end in spans if end <= len(body))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passages, "MOST_PARAGRAPHS", most)
        patch.setattr(passages, "MOST_NOTES", notes)
        patch.setattr(passages, "MOST_CHARACTERS", characters * 10)
        start: int | None = 0
        shown = ""
        while start is not None:
            part = passages.part(body, known, start=start)
            assert len(part.paragraphs) <= most
            shown += "".join(segment.text for paragraph in part.paragraphs for segment in paragraph.segments)
            within = {n for paragraph in part.paragraphs for segment in paragraph.segments for n in segment.within}
            assert within <= {n for paragraph in part.paragraphs for n in paragraph.ends}
            assert part.next_start is None or part.next_start > start
            start = part.next_start
    assert "".join(shown.split()) == "".join(body.split())


def test_marks_upon_marks_are_not_walked_over_again_and_again() -> None:
    """A letter with a million marks costs no more than one with some."""
    assert passages.past_marks("a" + "\u064e" * 1_000_000, 1) == 1 + passages.MOST_MARKS


def test_texts_of_the_same_words_again_and_again_are_not_compared_word_by_word() -> None:
    """Where that would take too long they are shown whole, and so are the older ones of many."""
    old, new = "a b " * 600, "a b c " * 400
    assert [kind for kind, _ in differences.between({"summary": old}, {"summary": new})[0].pieces] == ["removed", "added"]
    few, budget = {"summary": "it was so and so"}, differences.Budget(100)
    changes = [differences.between(few, {"summary": f"it was {n} and so"}, budget)[0].reworded for n in range(200)]
    assert changes[0]
    assert not changes[-1]


@pytest.mark.asyncio
async def test_whether_words_repeat_is_looked_for_in_bounds(
    loaded: Path, serve: Callable[..., Datasette], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of very many quotations only the first are looked for."""
    looked: list[str] = []
    monkeypatch.setattr(quotation_views, "_occurs_elsewhere", lambda text, words, start: bool(looked.append(words)))
    assert (await serve(loaded).client.get(f"{load_addresses.AT}/quoting")).status_code == 200
    assert len(looked) == quotation_views.MOST_SEARCHED


@pytest.mark.asyncio
async def test_a_passage_is_chosen_in_the_beginning_of_a_long_text(loaded: Path, serve: Callable[..., Datasette]) -> None:
    """For the question that searches: to choose in all of it would take minutes, and cannot be interrupted."""
    rows = (await serve(loaded).client.get(f"/{load_addresses.DATABASE}/search.json?words=the&_shape=array")).json()
    passages_of = {row["happening"]: row["passage"] for row in rows}
    assert "[the]" in passages_of["long"]
    assert all(len(passage) <= sql._FURTHEST for passage in passages_of.values())
    assert any("[the]" in passage for passage in passages_of.values())


def test_a_calendar_folds_a_long_line_in_linear_time() -> None:
    """Four million octets at once, in which no character is parted."""
    begun = time.process_time()
    folded = as_ics._line("é" * 2_000_000)
    assert time.process_time() - begun < LONGEST
    assert folded.replace("\r\n ", "") == "é" * 2_000_000 + "\r\n"
    assert max(len(line.encode()) for line in folded.split("\r\n")) <= as_ics.OCTETS


@pytest.mark.asyncio
async def test_the_proof_holds_a_very_large_event_that_the_page_leaves_out(loaded: Path, serve: Callable[..., Datasette]) -> None:
    """The page says how long it is, and offers no check in the browser of what it does not show."""
    client = serve(loaded).client
    html = (await client.get(f"{load_addresses.AT}/all-of-a-text")).text
    assert len(html) < 3_000_000
    position = re.findall(r"/events/(\d+)", html)[0]
    event = (await client.get(f"{load_addresses.AT}/events/{position}")).text
    assert "characters, too many for a page" in event
    assert 'id="check"' not in event
    assert len((await client.get(f"{load_addresses.AT}/events/{position}/proof")).content) > SIZE.characters


@pytest.mark.asyncio
async def test_one_export_is_written_at_a_time(
    loaded: Path, serve: Callable[..., Datasette], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that exports never take all the threads that answer questions to the database."""
    at_once, most = 0, 0
    gathered = export_body._joined

    def watched(*args: Any) -> bytes:  # noqa: ANN401 - handed on as it is
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.05)
        written = gathered(*args)
        at_once -= 1
        return written

    monkeypatch.setattr(export_body, "_joined", watched)
    client = serve(loaded).client
    answers = await asyncio.gather(*(client.get(f"{load_addresses.AT}/export/csv?kind=large") for _ in range(5)))
    assert [answer.status_code for answer in answers] == [200] * 5
    assert most == 1


@pytest.mark.asyncio
async def test_long_work_takes_turns() -> None:
    """In threads one after the other; on the loop with pauses, in which others go on."""
    threads: set[str] = set()
    running: list[int] = []

    def work() -> int:
        running.append(1)
        threads.add(threading.current_thread().name)
        time.sleep(0.01)
        return len(running) - running.pop()

    assert await asyncio.gather(*(scheduling.in_thread(work) for _ in range(5))) == [0] * 5
    assert threading.main_thread().name not in threads

    async def pieces() -> AsyncIterator[str]:
        for _ in range(10):
            time.sleep(scheduling.SLICE)
            yield "a"

    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    meanwhile = asyncio.create_task(other())
    assert await asyncio.gather(scheduling.in_slices(pieces()), scheduling.in_slices(pieces())) == ["a" * 10] * 2
    meanwhile.cancel()
    assert turns >= 10


def test_a_source_of_very_many_citations_reads_some_of_them() -> None:
    """The bound is less than what a page could show."""
    assert source.MOST_CITATIONS <= 5_000
