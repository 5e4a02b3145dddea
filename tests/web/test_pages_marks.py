"""What is disputed, corrected, somebody's claim or of a single source can be picked out, now and as it once was."""

from pathlib import Path

import pytest
from test_pages_demo import build, ids, serve, text

from timeline import Timeline


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the demo, in which a dispute is then settled: at position 24."""
    path = build(tmp_path_factory.mktemp("marks") / "demo.db")
    with Timeline(path) as timeline:
        notes = timeline.source("notes")
        timeline.correct("office", citations=[notes.quote("The office opened in 2003.")], reason="The ledger was another's.")
        timeline.correct("claim", attributed_to=None, reason="He wrote it himself.")
    return path


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("mark=disputed", ["rome"]),
        ("mark=disputed&as_of=24", ["rome"]),
        ("mark=disputed&as_of=23", ["rome", "office"]),
        ("mark=disputed&as_of=5", []),
        ("mark=corrected", ["office", "meeting", "claim"]),
        ("mark=corrected&as_of=20", ["meeting"]),
        ("mark=corrected&as_of=19", []),
        ("mark=corrected&status=retracted", []),
        ("mark=claimed", ["hostile"]),
        ("mark=claimed&as_of=24", ["claim", "hostile"]),
        ("mark=claimed&as_of=24&actor=Faisal+Shahkar", ["claim"]),
        ("mark=single&place=Marrakech", ["meeting"]),
        ("mark=single&tag=police", []),
        ("mark=single&status=retracted", ["mistake"]),
    ],
)
async def test_a_mark_is_a_filter(demo: Path, query: str, expected: list[str]) -> None:
    """It holds for what the page shows, with other filters and for the versions of then; the ways lead to the same rows."""
    client = serve(demo).client
    html = (await client.get(f"/demo/-/timeline?{query}")).text
    assert ids(html) == expected
    address = html.split(">JSON</a>")[0].rsplit('href="', 1)[1].rstrip('"').replace("&amp;", "&")
    assert sorted(row["id"] for row in (await client.get(address)).json()) == sorted(expected)


@pytest.mark.asyncio
@pytest.mark.parametrize("mark", ["disputed", "corrected", "claimed", "single"])
async def test_what_is_picked_out_bears_the_mark(demo: Path, mark: str) -> None:
    """The filter and the cards agree on every happening of the timeline, now and as of any position."""
    client = serve(demo).client
    sign = {"claimed": 'class="claim"'}.get(mark, f"mark-{mark}")
    for position in range(4, 26):
        everything = (await client.get(f"/demo/-/timeline?as_of={position}&status=all")).text
        cards = everything.split('<li class="happening')[1:]
        marked = [card.split('id="h-')[1].split('"')[0] for card in cards if sign in card]
        assert ids((await client.get(f"/demo/-/timeline?as_of={position}&status=all&mark={mark}")).text) == marked


@pytest.mark.asyncio
async def test_the_chip_says_the_mark_in_words(demo: Path) -> None:
    """As the cards do."""
    html = (await serve(demo).client.get("/demo/-/timeline?mark=single")).text
    assert "Marks: Single source × (remove this filter)" in text(html)
