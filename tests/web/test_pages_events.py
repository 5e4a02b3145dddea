"""The page of an event, and the way in to the timelines."""

import sqlite3
from pathlib import Path

import pytest
from test_pages_demo import build, link, serve, text

from timeline import Timeline


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the demo once for this file."""
    return build(tmp_path_factory.mktemp("events") / "demo.db")


@pytest.mark.asyncio
async def test_an_event_is_shown_as_recorded(demo: Path) -> None:
    """Stream, version, type, when, by whom, its data and its hash; and the events before and after."""
    html = (await serve(demo).client.get("/demo/-/timeline/events/20")).text
    message = text(html)
    assert "happening/meeting@2" in message
    assert "HappeningCorrected" in message
    assert "By amina" in message
    assert "&#34;reason&#34;: &#34;a second report names the day&#34;" in html
    with sqlite3.connect(demo) as connection:
        (data_hash,) = connection.execute("select lower(hex(data_hash)) from events where position = 20").fetchone()
    assert data_hash in message
    assert 'href="/demo/-/timeline/events/19" rel="prev"' in html
    assert 'href="/demo/-/timeline/events/21" rel="next"' in html
    assert link(html, "<bdi>happening/meeting</bdi>") == "/demo/-/timeline/meeting"


@pytest.mark.asyncio
async def test_the_ends_of_the_log_have_no_further_link(demo: Path) -> None:
    """The first event has none before it, the last none after; beyond, 404 says where the log ends."""
    client = serve(demo).client
    assert 'rel="prev"' not in (await client.get("/demo/-/timeline/events/1")).text
    assert 'rel="next"' not in (await client.get("/demo/-/timeline/events/23")).text
    for beyond in ("0", "24", "999999999999999999"):
        response = await client.get(f"/demo/-/timeline/events/{beyond}")
        assert response.status_code == 404
        assert "ends at 23" in response.text


@pytest.mark.asyncio
async def test_a_redacted_event_says_so_everywhere(tmp_path: Path) -> None:
    """No page fails or shows an empty place where an event's data is gone."""
    path = build(tmp_path / "redacted.db")
    with sqlite3.connect(path) as connection:
        connection.execute("drop trigger events_update")
        connection.execute("update events set data = null, salt = null where stream = 'happening/caesar'")
        connection.execute("update happenings set title = null, summary = null where id = 'caesar'")
        (position,) = connection.execute("select position from events where stream = 'happening/caesar'").fetchone()
    client = serve(path).client
    assert "no event says why" in (await client.get(f"/redacted/-/timeline/events/{position}")).text
    for page in ("", "/caesar", f"?as_of={position}", "?status=all&q=rome"):
        response = await client.get(f"/redacted/-/timeline{page}")
        assert response.status_code == 200, page
    assert "caesar (redacted)" in (await client.get("/redacted/-/timeline/caesar")).text


@pytest.mark.asyncio
async def test_a_correction_does_not_show_the_changes_of_a_redacted_one(tmp_path: Path) -> None:
    """After a redacted version the history tells what the next one changed, as it says itself, and no more."""
    with Timeline(tmp_path / "redacted.db", by="tester") as timeline:
        report = timeline.archive(text="Some words here.", id="report", title="A report")
        timeline.record("x", title="X", date="2003", place="Rabat", citations=[report.quote("Some words")])
        timeline.correct("x", place="Paris", reason="It was there.")
        timeline.correct("x", title="X as it was", reason="Said better.")
        timeline.redact(3, reason="A court ordered it.")
    page = (await serve(tmp_path / "redacted.db").client.get("/redacted/-/timeline/x")).text
    history = text(page[page.index("Said better.") : page.index("A court ordered it.", page.index("Said better."))])
    assert "X as it was" in history
    assert "Rabat" not in history
    assert "Paris" not in history


@pytest.mark.asyncio
async def test_an_event_is_closed_where_the_log_is(demo: Path) -> None:
    """A visitor who may not read the events may not read one of them."""
    closed = {"databases": {"demo": {"tables": {"events": {"allow": False}}}}}
    assert (await serve(demo, metadata=closed).client.get("/demo/-/timeline/events/1")).status_code == 403


@pytest.mark.asyncio
async def test_one_timeline_is_gone_to_at_once(demo: Path) -> None:
    """With a single timeline there is nothing to choose."""
    response = await serve(demo).client.get("/-/timeline")
    assert response.status_code == 302
    assert response.headers["location"] == "/demo/-/timeline"


@pytest.mark.asyncio
async def test_several_timelines_are_listed_for_those_who_may_read_them(demo: Path, tmp_path: Path) -> None:
    """Each with its title and size; a closed one is not named, nor is a database that is no timeline."""
    other, closed, plain = build(tmp_path / "other.db"), build(tmp_path / "closed.db"), tmp_path / "plain.db"
    with sqlite3.connect(plain) as connection:
        connection.execute("create table t (a)")
    metadata = {"databases": {"closed": {"allow": False}, "demo": {"title": "The <demo>"}}}
    message = text((await serve(demo, other, closed, plain, metadata=metadata).client.get("/-/timeline")).text.split("<main")[1])
    assert "The &lt;demo&gt; 15 happenings, in the database demo" in message
    assert "in the database other" in message
    assert "closed" not in message
    assert "plain" not in message


@pytest.mark.asyncio
async def test_without_a_timeline_the_way_in_says_how_to_get_one(tmp_path: Path) -> None:
    """No timeline is no error."""
    with sqlite3.connect(tmp_path / "plain.db") as connection:
        connection.execute("create table t (a)")
    response = await serve(tmp_path / "plain.db").client.get("/-/timeline")
    assert response.status_code == 200
    assert "timeline build" in response.text


@pytest.mark.asyncio
async def test_a_database_with_an_awkward_name_has_its_pages(tmp_path: Path) -> None:
    """Its address is encoded as Datasette's own are."""
    client = serve(build(tmp_path / "a b.c.db")).client
    response = await client.get("/-/timeline")
    html = (await client.get(response.headers["location"])).text
    for page in ("meeting", "sources/notes", "events/3"):
        address = f"/a~20b~2Ec/-/timeline/{page}" if "a~20b" in html else f"/a+b~2Ec/-/timeline/{page}"
        assert (await client.get(address)).status_code == 200
