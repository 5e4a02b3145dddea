"""The pages as of a position: nothing on them was learned later, of this happening or of any other."""

from pathlib import Path

import pytest
from test_pages_demo import card, serve, text

from timeline import Timeline


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a log whose happenings were renamed, moved and retracted after position 6, and joined by others."""
    path = tmp_path_factory.mktemp("past") / "past.db"
    with Timeline(path) as timeline:
        source = timeline.archive(id="s", text="It went on.", title="The first heading")  # 1
        cited = [source.quote("It went on.")]
        timeline.record("whole", title="Whole at first", date="2003", citations=cited)
        timeline.record("moved", title="Moved at first", date="2003", part_of="whole", citations=cited)
        timeline.record("mistaken", title="Mistaken", date="2003", part_of="whole", citations=cited)
        timeline.record("stays", title="It stays", date="2003", part_of="whole", citations=cited)
        timeline.record("ties", title="Ties at first", date="2003", related=[{"other": "whole", "relation": "follows"}],
                        citations=cited)  # fmt: skip
        timeline.correct("whole", title="Whole renamed", reason="r")  # 7
        timeline.record("elsewhere", title="Elsewhere", date="2003", citations=cited)
        timeline.correct("moved", title="Moved renamed", part_of="elsewhere", reason="r")
        timeline.correct("ties", title="Ties renamed", related=[{"other": "elsewhere", "relation": "follows"}], reason="r")  # 10
        timeline.retract("mistaken", reason="r", superseded_by="elsewhere")
        timeline.record("late", title="Late", date="2003", part_of="whole", related=[{"other": "whole", "relation": "echoes"}],
                        citations=cited)  # fmt: skip
        timeline.correct_source("s", title="The later heading", reason="r")  # 13
        timeline.correct("stays", title="Stays renamed", reason="r")
    return path


async def fetch(past: Path, path: str) -> str:
    """Fetch a page, without what it tells of its own history."""
    response = await serve(past).client.get(f"/past/-/timeline{path}")
    assert response.status_code == 200
    return str(response.text).split('<details class="history-fold"')[0]


LATER = ("renamed", "Elsewhere", "Late", "The later heading", "echoes")


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/whole", "/moved", "/mistaken", "/stays", "/ties"])
async def test_a_happening_as_of_a_position_shows_nothing_later(past: Path, path: str) -> None:
    """The page has no later part, title, relation or heading; without a position it has them."""
    then, now = text(await fetch(past, f"{path}?as_of=6")), text(await fetch(past, path))
    assert [words for words in LATER if words in then.split("As known at position 6")[1]] == []
    assert [words for words in LATER if words in now]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/whole?as_of=6", "Parts 2003 Mistaken 2003 Moved at first 2003 It stays"),
        ("/whole?as_of=6", "Refers here Ties at first (follows this)"),
        ("/whole?as_of=4", "Parts 2003 Mistaken 2003 Moved at first"),
        ("/whole?as_of=9", "Parts 2003 Mistaken 2003 It stays"),
        ("/whole?as_of=11", "Parts 2003 Mistaken (retracted) 2003 It stays"),
        ("/whole", "Refers here Late (echoes this)"),
        ("/elsewhere?as_of=10", "Refers here Ties renamed (follows this)"),
        ("/elsewhere?as_of=10", "Parts 2003 Moved renamed"),
        ("/moved?as_of=6", "Part of Whole at first"),
        ("/moved?as_of=7", "Part of Whole renamed"),
        ("/ties?as_of=6", "Follows Whole at first"),
        ("/mistaken?as_of=12", "The first heading"),
        ("/mistaken?as_of=13", "The later heading"),
        ("/mistaken?as_of=11", "See instead Elsewhere"),
    ],
)
async def test_what_was_known_then_is_there(past: Path, path: str, says: str) -> None:
    """Parts, whole, ties and sources have the titles and the places that they then had."""
    message = text(await fetch(past, path))
    assert says in message


@pytest.mark.asyncio
async def test_cards_count_and_name_what_was_known(past: Path) -> None:
    """The number of parts and the whole's title are those of the position."""
    then, now = await fetch(past, "?as_of=6"), await fetch(past, "")
    assert "Parts 3 happenings" in text(card(then, "whole"))
    assert "Parts 2 happenings" in text(card(now, "whole"))
    assert "Part of Whole at first" in text(card(then, "stays"))
    assert "Part of Whole at first" in text(card(then, "moved"))
    assert "The first heading" in text(card(then, "stays"))
    assert "Parts 2 happenings" in text(card(await fetch(past, "?as_of=9"), "whole"))
    assert "Parts 1 happening" in text(card(await fetch(past, "?as_of=11"), "whole"))
    assert [words for words in LATER if words in text(then.split('class="timeline">')[1])] == []


@pytest.mark.asyncio
async def test_what_only_the_statement_names_is_shown_by_its_id(tmp_path: Path) -> None:
    """A part recorded before its whole, in one go, names it; the whole's title was not known then."""
    with Timeline(tmp_path / "past.db") as timeline:
        timeline.archive(id="s", text="It went on.", title="S")
        message = {"date": "2003", "citations": [{"source": "s", "quote": "It went on."}]}
        timeline.append_many(
            [
                {"happening": {"id": "part", "title": "Part", "part_of": "the-whole", **message}},
                {"happening": {"id": "the-whole", "title": "Its title", **message}},
            ]
        )
    for path in ("/part?as_of=2", "?as_of=2"):
        said_then = text(await fetch(tmp_path / "past.db", path))
        assert "Part of the-whole" in said_then
        assert "Its title" not in said_then


@pytest.mark.asyncio
async def test_what_may_have_been_meant_was_known(past: Path) -> None:
    """Suggestions for an unknown id are those of the position."""
    client = serve(past).client
    assert "Whole at first" in (await client.get("/past/-/timeline/who?as_of=6")).text
    assert "Whole renamed" in (await client.get("/past/-/timeline/who")).text
    assert "Late" not in text((await client.get("/past/-/timeline/lat?as_of=6")).text.split("<main")[1])
