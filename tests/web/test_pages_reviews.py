"""Reviews on the pages: the filter, the marks, the verdicts on a happening's page, in its history and at its events."""

from importlib.resources import files
from pathlib import Path

import pytest
from test_pages_demo import build, ids, serve, text

from timeline import Timeline
from timeline.web.pages import history

HOSTILE = '<img src=x onerror=alert(1)> "quoted"'


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the demo, which nobody has reviewed."""
    return build(tmp_path_factory.mktemp("plain") / "demo.db")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the demo with reviews: from position 25 on, one at a time."""
    path = build(tmp_path_factory.mktemp("reviews") / "demo.db")
    with Timeline(path, by="amina") as author:
        assert author.review("rome", verdict="doubted").position == 24  # her own
    with Timeline(path, by="Second") as second:
        second.review("rome", verdict="confirmed", comment="I read the notes.")  # 25
        second.review("caesar", verdict="doubted", comment=HOSTILE)  # 26
    with Timeline(path, by="amina") as author:
        author.review("claim", verdict="confirmed")  # 27: her own
    with Timeline(path, by="Third") as third:
        third.review("caesar", verdict="confirmed")  # 28
        third.review("office", verdict="confirmed")  # 29
        third.correct("office", place="Rabat", reason="r")  # 30
        third.retract("noon", reason="r")  # 31
    return path


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("review=confirmed", ["rome"]),
        ("review=doubted", ["caesar"]),
        ("review=none&place=Rome", []),
        ("review=none&place=Rabat", ["office"]),
        ("review=confirmed&as_of=29", ["rome", "office"]),
        ("review=doubted&as_of=25", []),
        ("review=none&as_of=29&q=office", ["office-closes", "office-stays"]),
        ("review=none&status=retracted&q=café", ["noon"]),
        ("review=confirmed&actor=Faisal+Shahkar", []),
    ],
)
async def test_a_review_is_a_filter(demo: Path, query: str, expected: list[str]) -> None:
    """With other filters, now and as of a position; it is named, and the JSON has the same rows."""
    client = serve(demo).client
    html = (await client.get(f"/demo/-/timeline?{query}")).text
    assert ids(html) == expected
    name = {"confirmed": "Confirmed", "doubted": "Doubted", "none": "Not reviewed"}[query.split("=")[1].split("&", maxsplit=1)[0]]
    assert f"Review: {name}" in text(html)
    address = html.split(">JSON</a>")[0].rsplit('href="', 1)[1].rstrip('"').replace("&amp;", "&")
    assert sorted(row["id"] for row in (await client.get(address)).json()) == sorted(expected)


@pytest.mark.asyncio
async def test_an_unknown_review_is_left_out_and_named(demo: Path) -> None:
    """As of any other filter with a choice."""
    response = await serve(demo).client.get("/demo/-/timeline?review=maybe")
    assert response.status_code == 400
    assert "Review: “maybe” is not one of the choices, so it was left out. They are confirmed, doubted, none." in text(
        response.text
    )


@pytest.mark.asyncio
async def test_where_nobody_has_reviewed_anything_nothing_is_shown_of_it(plain: Path) -> None:
    """No filter on the page, and no sentence on a happening's; the address still works."""
    client = serve(plain).client
    assert 'id="f-review"' not in (await client.get("/demo/-/timeline")).text
    assert "review" not in text((await client.get("/demo/-/timeline/rome")).text).lower()
    assert len(ids((await client.get("/demo/-/timeline?review=none")).text)) == 15


@pytest.mark.asyncio
async def test_cards_bear_what_reviews_come_to(demo: Path) -> None:
    """The page of matches, now and as of a position."""
    client = serve(demo).client
    states = (("", ["rome"], ["caesar"]), ("?as_of=29", ["rome", "office"], ["caesar"]), ("?as_of=24", [], []))
    for query, confirmed, doubted in states:
        cards = (await client.get(f"/demo/-/timeline{query}")).text.split('<li class="happening')[1:]
        for mark, expected in (("confirmed", confirmed), ("doubted", doubted)):
            assert [card.split('id="h-')[1].split('"')[0] for card in cards if f"mark-{mark}" in card] == expected


@pytest.mark.asyncio
async def test_a_happenings_page_shows_each_verdict(demo: Path) -> None:
    """Who, when, on which version, the comment, and whether it counts; and that the current version is not reviewed."""
    client = serve(demo).client
    html = (await client.get("/demo/-/timeline/caesar")).text
    shown = text(html)
    assert "? Doubted" in shown
    assert "Doubted version 1, this one, by Second ," in shown
    assert "Confirmed version 1, this one, by Third ," in shown
    assert "<img src=x" not in html
    assert 'href="/demo/-/timeline/events/26"' in html
    assert "Confirmed version 1: I read the notes." in text((await client.get("/demo/-/timeline/rome")).text)
    own = text((await client.get("/demo/-/timeline/claim")).text)
    assert "It is not by a second person, so it does not count." in own
    corrected = text((await client.get("/demo/-/timeline/office")).text)
    assert "Confirmed version 1, by Third ," in corrected
    for shown in (own, corrected, text((await client.get("/demo/-/timeline/maybe")).text)):
        assert "The current version has not been reviewed by a second person." in shown
    then = text((await client.get("/demo/-/timeline/office?as_of=29")).text)
    assert "Confirmed version 1, this one, by Third ," in then
    assert "reviewed by a second person" not in text((await client.get("/demo/-/timeline/noon")).text)


@pytest.mark.asyncio
async def test_a_happening_with_more_reviews_than_versions_are_shown_is_found(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Now and as of a position, however many reviews followed; and what was said before names what is said now."""
    monkeypatch.setattr(history, "MOST_VERSIONS", 3)
    path = tmp_path / "demo.db"
    path.write_bytes(demo.read_bytes())
    with Timeline(path, by="Fourth") as timeline:
        for number in range(4):
            end = timeline.review("office", verdict="doubted", comment=f"Doubt {number}.").position
    client = serve(path).client
    for address in ("office", f"office?as_of={end}", f"office?as_of={end - 1}", "office?as_of=29"):
        page = await client.get(f"/demo/-/timeline/{address}")
        assert (page.status_code, "No such happening" in page.text) == (200, False), address
    assert "Rabat" in text((await client.get("/demo/-/timeline/office?as_of=29")).text)  # as now known


@pytest.mark.asyncio
async def test_an_event_of_a_review_says_what_it_is(demo: Path) -> None:
    """Its page, the list of events at the checkpoints, and the story too."""
    client = serve(demo).client
    shown = text((await client.get("/demo/-/timeline/events/25")).text)
    assert "a version of a happening was reviewed" in shown
    assert "Confirmed version 1: I read the notes." in shown
    assert "confirmed version 1: I read the notes." in text(
        (await client.get("/demo/-/timeline/log/checkpoints?from=24&to=25")).text
    )
    assert "Doubted version 1" in text((await client.get("/demo/-/timeline?story=caesar")).text)


def test_a_question_about_changes_has_the_verdict(demo: Path) -> None:
    """As the reason of the event."""
    question = files("timeline.web").joinpath("queries/changed_since.sql").read_text()
    with Timeline(demo, read_only=True) as timeline:
        rows = {row["position"]: row["reason"] for row in timeline.db.query(question, {"position": "24"})}
    assert (rows[25], rows[28], rows[30]) == ("confirmed: I read the notes.", "confirmed", "r")


@pytest.mark.asyncio
async def test_a_redacted_review_is_gone_from_every_page(demo: Path, tmp_path: Path) -> None:
    """Its place in the history says so; the other verdicts decide."""
    path = tmp_path / "demo.db"
    path.write_bytes(demo.read_bytes())
    with Timeline(path, by="Ed") as timeline:
        timeline.redact(26, reason="It names a witness")
    client = serve(path).client
    html = (await client.get("/demo/-/timeline/caesar")).text
    assert "quoted" not in html
    assert "Redacted: It names a witness" in text(html)
    assert "✓ Confirmed" in text(html)
    assert "Redacted: It names a witness" in text((await client.get("/demo/-/timeline/events/26")).text)
