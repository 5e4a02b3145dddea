"""What the filters offer follows the search: each count is what one gets by choosing that value."""

import re
import sqlite3
from contextlib import closing
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from shares import ONE_IN
from test_pages_demo import build, serve, text

from timeline import Timeline
from timeline.selection import conditions, matches, values
from timeline.selection.snapshot import Snapshot
from timeline.selection.sql import register
from timeline.selection.state import FACETS


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the demo once for this file, with reviews by others."""
    path = build(tmp_path_factory.mktemp("facets") / "demo.db")
    with Timeline(path, by="Second reader") as timeline:
        for number, happening in enumerate(timeline.happenings()):
            if number % 3:
                timeline.review(happening.id, verdict="doubted" if number % 2 else "confirmed")
        timeline.retract(timeline.happenings(review="confirmed")[0].id, reason="r")
    return path


def offered(html: str, facet: str) -> dict[str, int]:
    """Give the values that a filter offers, with their counts."""
    field = html.split(f'id="f-{facet}"')[1].split("</div>", 1)[0]
    result = re.findall(r'<option value="([^"]+)"[^>]*>[^<]*\((\d[\d,]*)\)</option>', field)
    return {unescape(value): int(count.replace(",", "")) for value, count in result}


QUERIES = [
    "q=hamm", "kind=meeting", "place=Marrakech", "q=marrakech&place=Marrakech", "actor=faisal-shahkar",
    "actor=Faisal+Shahkar&tag=un",
    "source=notes", "source=arabic&tag=police", "mark=single", "mark=disputed&source=notes", "from=2025&to=2025", "status=all",
    "status=retracted", "status=all&place=Marrakech&mark=single", "as_of=19", "as_of=20&place=Marrakech", "as_of=21&status=all",
    "review=confirmed", "review=none&place=Marrakech", "review=doubted&status=all", "as_of=26&review=none", "as_of=27&kind=meeting",
    "as_of=19&tag=bilateral", "as_of=20&actor=Faisal+Shahkar", "as_of=20&mark=corrected", "as_of=8&source=dispatch",
]  # fmt: skip


@pytest.mark.asyncio
@pytest.mark.parametrize("query", QUERIES)
async def test_each_count_is_what_choosing_the_value_gives(demo: Path, query: str) -> None:
    """Whatever else is filtered by, now and as of a position; and what is not offered gives nothing.

    A share of the values of each filter is chosen, other ones for other queries.
    """
    client = serve(demo).client
    html = (await client.get(f"/demo/-/timeline?{query}")).text
    everything = (await client.get("/demo/-/timeline?status=all")).text
    for facet in FACETS:
        counts = offered(html, facet)
        others = "&".join(part for part in query.split("&") if not part.startswith(f"{facet}="))
        for value in sorted({*counts, *offered(everything, facet)})[QUERIES.index(query) % ONE_IN :: ONE_IN]:
            page = (await client.get(f"/demo/-/timeline?{others}&{facet}={quote(value)}")).text
            result = len(re.findall(r'<li class="happening[ "]', page))
            assert counts.get(value, 0) == result, (facet, value)


@pytest.mark.asyncio
async def test_a_value_that_is_chosen_can_be_exchanged(demo: Path) -> None:
    """A filter's counts ignore the filter itself, and it stays chosen, even where nothing has it."""
    html = (await serve(demo).client.get("/demo/-/timeline?kind=meeting&place=Marrakech")).text
    assert offered(html, "kind") == {"assembly": 1, "meeting": 1}
    assert '<option value="meeting" selected>' in html
    html = (await serve(demo).client.get("/demo/-/timeline?kind=opening&place=Marrakech")).text
    assert '<option value="opening" selected>opening (0)</option>' in html


@pytest.mark.asyncio
async def test_where_many_match_the_counts_are_of_the_whole_timeline(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the page says so; of each filter that could be counted they follow the search."""
    client = serve(demo).client
    monkeypatch.setattr(matches, "COUNT_TO", 2)
    html = (await client.get("/demo/-/timeline?source=dispatch")).text
    assert offered(html, "place") == offered((await client.get("/demo/-/timeline")).text, "place")
    assert "Counts are of the whole timeline, because so many match." in text(html)
    html = (await client.get("/demo/-/timeline?source=dispatch&place=Marrakech")).text
    assert offered(html, "kind") == {"assembly": 1, "meeting": 1}
    assert "Counts of Place are of the whole timeline, because so many match without it." in text(html)
    assert "Counts" not in text((await client.get("/demo/-/timeline")).text.split('id="facets"')[1].split("</form>")[0])


@pytest.mark.asyncio
async def test_people_whose_names_differ_by_case_are_one(tmp_path: Path) -> None:
    """Earlier versions have the names of people, current ones their ids; both count together."""
    with Timeline(tmp_path / "names.db") as timeline:
        cited = [timeline.archive(id="s", text="It went on.", title="S").quote("It went on.")]
        timeline.record("one", title="One", date="2003", actors=["Ann Lee"], citations=cited)
        timeline.record("two", title="Two", date="2003", actors=["ANN LEE"], citations=cited)
        timeline.correct("two", actors=["Bo Berg"], reason="r")
    client = serve(tmp_path / "names.db").client
    assert offered((await client.get("/names/-/timeline?as_of=3")).text, "actor") == {"ann-lee": 2}
    assert offered((await client.get("/names/-/timeline?as_of=4")).text, "actor") == {"ann-lee": 1, "bo-berg": 1}


@pytest.mark.parametrize("facet", FACETS)
@pytest.mark.parametrize("as_of", [None, 5])
def test_no_count_reads_a_table_through(demo: Path, facet: str, as_of: int | None) -> None:
    """The matches are looked up one by one by their keys, and what they have by theirs."""
    chosen = conditions.listed("[]")
    with closing(sqlite3.connect(demo)) as connection:
        register(connection)
        snapshot = Snapshot(connection, as_of)
        for sql in (values.sql_of_matches(facet, chosen), values.sql_of_all(facet)):
            steps = snapshot.explained(sql, {**chosen.params, "most": 51, "facet": facet})
            scanned = [step for step in steps if step.startswith("SCAN")]
            assert all(re.match(r"SCAN (json_each|listed|marked|\(subquery|\d+ )", step) for step in scanned), steps
