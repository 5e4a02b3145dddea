"""A happening's page: all of it, its parts, its history, and what was known of it when."""

import re
from pathlib import Path
from typing import Any

import pytest
from test_pages_demo import DISPATCH, LONG_TITLE, build, link, serve, text

from timeline import Timeline
from timeline.reading import differences
from timeline.selection import matches
from timeline.selection.conditions import Chosen
from timeline.selection.state import State


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the demo once for this file."""
    return build(tmp_path_factory.mktemp("happening") / "demo.db")


async def fetch(demo: Path, path: str) -> str:
    """Fetch a happening's page."""
    response = await serve(demo).client.get(f"/demo/-/timeline/{path}")
    assert response.status_code == 200
    return str(response.text)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("id_", "says"),
    [
        ("assembly", "Date 2025-11-24/2025-11-27 the year is that of the dispatch"),
        ("assembly", "latitude 31.6258, longitude -7.9891"),
        ("assembly", "Abdellatif Hammouchi , host"),
        ("noon", "1998-06-01 12:00:00, Europe/Paris the instant 1998-06-01T10:00:00Z"),
        ("claim", "According to Faisal Shahkar Shahkar was pleased"),
        ("meeting", "Part of The assembly meets"),
        ("meeting", "Follows The assembly opens"),
        ("opening", "Refers here Hammouchi and Shahkar meet (follows this)"),
        ("office", "≠ Disputes"),
        ("mistake", "Retracted: The place was misread. See instead Hammouchi and Shahkar meet"),
        ("hostile", "According to &lt;em&gt;Mallory&lt;/em&gt;"),
        ("long", LONG_TITLE),
    ],
)
async def test_all_that_is_known_is_there(demo: Path, id_: str, says: str) -> None:
    """Every field is shown in words that people read."""
    assert says in text(await fetch(demo, id_))


@pytest.mark.asyncio
async def test_parts_stand_in_time_order(demo: Path) -> None:
    """The assembly lists its parts with their dates."""
    parts = text((await fetch(demo, "assembly")).split('<ol class="parts">')[1].split("</ol>")[0])
    assert parts == (
        "24 November 2025 انعقاد الجمعية 24 November 2025 The assembly opens 25 to 26 November 2025 Hammouchi and Shahkar meet"
    )


@pytest.mark.asyncio
async def test_quotations_have_the_text_around_them(demo: Path) -> None:
    """Whole words before and after, and no dots where the text itself begins."""
    html = await fetch(demo, "meeting")
    assert "… November 24 to 27. Shahkar and Hammouchi met in Marrakech" in text(html).replace(" .", ".").replace("  ", " ")
    assert "… The assembly" not in text(await fetch(demo, "opening"))


@pytest.mark.asyncio
async def test_a_quotation_has_its_own_direction(tmp_path: Path) -> None:
    """Arabic in an English sentence, English in an Arabic one, and numbers alone: the context is set apart."""
    quotes = {"a": ("rtl", "قال المدير"), "b": ("ltr", "public good"), "c": ("auto", "1954")}
    body = "The report quotes قال المدير in full. ثم أضاف public good ومضى، ثم 1954 وما بعدها."
    with Timeline(tmp_path / "ways.db") as timeline:
        source = timeline.archive(id="s", text=body, title="S")
        for id_, (_, words) in quotes.items():
            timeline.record(id_, title=id_, date="2003", citations=[source.quote(words)])
    client = serve(tmp_path / "ways.db").client
    for id_, (direction, words) in quotes.items():
        html = (await client.get(f"/ways/-/timeline/{id_}")).text
        drawn = html.split("<blockquote ")[1].split("</blockquote>")[0]
        assert drawn.startswith(f'dir="{direction}"')
        assert drawn.count('<bdi class="around">') == 2
        assert f"<q>{words}</q>" in drawn


@pytest.mark.asyncio
async def test_history_shows_when_who_why_and_the_changes(demo: Path) -> None:
    """Each version, the latest first, with its position, its reason, and the old and the new words."""
    history = (await fetch(demo, "meeting")).split('<ol class="history"')[1]
    message = text(history)
    assert message.index("Version 3, by amina") < message.index("Version 2, by amina") < message.index("Version 1, by amina")
    assert "Reason: it can be read either way" in message
    assert "was 26 November 2025 (2025-11-26) now 25 to 26 November 2025 (2025-11-25/2025-11-26)" in message
    assert "Hammouchi [removed: meets ] [added: and ] Shahkar [added:  meet ]".replace("  ", " ") in message
    assert "Tags now un" in message
    assert link(history, "position 21").endswith("/events/21")


@pytest.mark.asyncio
async def test_a_retraction_is_a_version_with_its_reason(demo: Path) -> None:
    """The page of what was retracted says so at its head and in its history."""
    html = await fetch(demo, "mistake")
    assert '<h1 dir="auto"><s>' in html
    assert "Retracted 5 January 2026" in text(html.split('<ol class="history"')[1])


@pytest.mark.asyncio
async def test_as_of_a_position_it_is_what_was_known_then(demo: Path) -> None:
    """The words, the date and the quotations of that version, what became of it since, and the way back."""
    html = await fetch(demo, "meeting?as_of=20")
    message = text(html.split('<section aria-labelledby="history"')[0])
    assert "As known at position 20" in message
    assert "It has since been corrected." in message
    assert "26 November 2025" in message
    assert "Hammouchi meets Shahkar" in message
    assert link(html, "Show what is known now") == "/demo/-/timeline/meeting"
    start = DISPATCH.index("Shahkar and Hammouchi met")
    end = start + len("Shahkar and Hammouchi met in Marrakech")
    assert f'href="/demo/-/timeline/sources/dispatch?passage={start}-{end}#passage"' in html


@pytest.mark.asyncio
async def test_before_it_was_recorded_it_is_not_known(demo: Path) -> None:
    """The page says when it was, and leads there."""
    response = await serve(demo).client.get("/demo/-/timeline/meeting?as_of=2")
    assert response.status_code == 404
    assert "Not known yet" in response.text


@pytest.mark.asyncio
async def test_an_unknown_happening_suggests_others(demo: Path) -> None:
    """404, with what has a like id."""
    response = await serve(demo).client.get("/demo/-/timeline/office-x")
    assert response.status_code == 404
    assert 'href="/demo/-/timeline/office-stays"' in response.text


@pytest.mark.asyncio
@pytest.mark.parametrize("query", ["as_of=-1", "as_of=x"])
async def test_a_faulty_position_is_named_on_the_page(demo: Path, query: str) -> None:
    """A position that is none gives 400 and what is known now."""
    response = await serve(demo).client.get(f"/demo/-/timeline/meeting?{query}")
    assert response.status_code == 400
    assert "is neither a position in the log" in response.text
    assert "Hammouchi and Shahkar meet" in response.text


@pytest.mark.asyncio
@pytest.mark.parametrize("table", ["events", "happening_versions", "citations", "related", "happening_times"])
async def test_it_is_closed_where_a_table_it_shows_is(demo: Path, table: str) -> None:
    """A visitor who may not read one of the tables may not read the page."""
    closed = {"databases": {"demo": {"tables": {table: {"allow": False}}}}}
    assert (await serve(demo, metadata=closed).client.get("/demo/-/timeline/meeting")).status_code == 403


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"place": "Rabat"}, {"place": "Fes"}, [("removed", "Rabat"), ("added", "Fes")]),
        ({"place": "Rabat"}, {}, [("removed", "Rabat")]),
        ({"summary": "one two three"}, {"summary": "one four three"},
         [("same", "one "), ("removed", "two"), ("added", "four"), ("same", " three")]),
        ({"summary": "nothing alike here"}, {"summary": "کلمات"}, [("removed", "nothing alike here"), ("added", "کلمات")]),
        ({"tags": ["a", "b"]}, {"tags": ["b", "c"]}, [("removed", "a"), ("added", "c")]),
        ({"actors": [{"name": "Ann"}]}, {"actors": [{"name": "Ann", "role": "chair"}]},
         [("removed", "Ann"), ("added", "Ann, chair")]),
    ],
)  # fmt: skip
def test_changes_are_listed_by_field(old: dict[str, Any], new: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Values are shown whole, texts by their words, lists by their items."""
    assert differences.between(old, new)[0].pieces == expected


def test_equal_fields_are_not_listed() -> None:
    """Equal statements have no changes."""
    assert differences.between({"title": "a", "tags": ["x"]}, {"title": "a", "tags": ["x"]}) == []


@pytest.mark.asyncio
async def test_one_document_under_two_ids_is_marked_as_a_single_source(tmp_path: Path) -> None:
    """The mark counts documents, not ids."""
    with Timeline(tmp_path / "twice.db") as timeline:
        one, two = (timeline.archive(id=id_, text="The bridge fell.", title=id_) for id_ in ("one", "two"))
        other = timeline.archive(id="other", text="The bridge fell at noon.", title="other")
        for id_, sources in {"same": (one, two), "both": (one, other)}.items():
            timeline.record(id_, title=id_, date="2003", citations=[source.quote("bridge fell") for source in sources])
    client = serve(tmp_path / "twice.db").client
    assert "Single source" in (await client.get("/twice/-/timeline/same")).text
    assert "Single source" not in (await client.get("/twice/-/timeline/both")).text


@pytest.mark.asyncio
async def test_a_claim_is_named_with_whose_it_is_wherever_it_is_named(tmp_path: Path) -> None:
    """In the title of its page, the breadcrumb, the notes of a source, the drawing, and wherever another happening names it."""
    path = tmp_path / "claims.db"
    with Timeline(path) as timeline:
        source = timeline.archive(id="s", text="The mayor took a bribe. The council met.", title="S")
        took = [source.quote("The mayor took a bribe")]
        timeline.record("bribe", title="The mayor took a bribe", date="2003", attributed_to="A rival", citations=took)
        timeline.record("meets", title="It meets", date="2003", part_of="bribe", related=[{"other": "bribe", "relation": "after"}],
                        citations=[source.quote("The council met")])  # fmt: skip
        timeline.record("part", title="He hid it", date="2004", attributed_to="Eve", part_of="meets", citations=took)
    client = serve(path).client
    claim = "According to A rival: The mayor took a bribe"
    html = (await client.get("/claims/-/timeline/bribe")).text
    assert f"<title>{claim}</title>" in html
    assert f"<bdi>{claim}</bdi></a></p>" in html.split('<main id="main"')[0]
    html = (await client.get("/claims/-/timeline/meets")).text
    assert html.count(f"<bdi>{claim}</bdi>") == 3  # its whole, what is related, and the one before
    assert "<bdi>According to Eve: He hid it</bdi>" in html
    assert f"<bdi>{claim}</bdi>" in (await client.get("/claims/-/timeline/bribes")).text
    assert f"<bdi>{claim}</bdi>" in (await client.get("/claims/-/timeline/sources/s")).text
    label = "The mayor took a bribe (according to A rival)"  # which may be cut in the drawing
    assert f'"title":"{label}"' in (await client.get("/claims/-/timeline")).text


@pytest.mark.asyncio
async def test_an_approximate_time_is_marked_everywhere(tmp_path: Path) -> None:
    """In the row of its zone as beside its date."""
    with Timeline(tmp_path / "about.db") as timeline:
        source = timeline.archive(id="s", text="It came at about seven.", title="S")
        timeline.record("one", title="One", date="2018-11-11T07~", zone="Europe/Lisbon", citations=[source.quote("about seven")])
        timeline.record("two", title="Two", date="2018-11-11T07:10?/2018-11-11T09", zone="Europe/Lisbon",
                        citations=[source.quote("about seven")])  # fmt: skip
    client = serve(tmp_path / "about.db").client
    assert "<dd>about 2018-11-11 07, Europe/Lisbon" in (await client.get("/about/-/timeline/one")).text
    assert "<dd>possibly 2018-11-11 07:10 to 2018-11-11 09, Europe/Lisbon" in (await client.get("/about/-/timeline/two")).text


@pytest.mark.asyncio
async def test_a_summary_that_repeats_the_title_is_not_shown_again(tmp_path: Path) -> None:
    """An import may find nothing else to fill it with; on the list and on the page of the happening."""
    with Timeline(tmp_path / "twice.db") as timeline:
        cited = [timeline.archive(id="s", text="It went on.", title="S").quote("It went on.")]
        timeline.record("same", title="A treaty is signed", summary="A treaty is signed ", date="2003", citations=cited)
        timeline.record("more", title="A treaty ends", summary="A treaty ends. Nobody knows why.", date="2004", citations=cited)
    client = serve(tmp_path / "twice.db").client
    for path in ("", "/same", "/more", "?story=same"):
        html = (await client.get(f"/twice/-/timeline{path}")).text
        summaries = re.findall(r'<p class="summary[^>]*>(.*?)</p>', html)
        assert summaries == ([] if "same" in path else ["A treaty ends. Nobody knows why."]), path


@pytest.mark.asyncio
@pytest.mark.parametrize("when", ["", "?as_of=14"])
async def test_the_neighbours_are_read_along_the_time_order(demo: Path, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    """The happenings before and after it are found in the index, however many there are; the timeline is never sorted for them."""
    walked = []

    def page_sql(state: State, chosen: Chosen, *, along: bool) -> str:
        walked.append(along)
        return real(state, chosen, along=along)

    real = matches.page_sql
    monkeypatch.setattr(matches, "page_sql", page_sql)
    page = await fetch(demo, f"meeting{when}")
    assert 'rel="prev"' in page or "before-after" in page
    assert walked == [True, True]
