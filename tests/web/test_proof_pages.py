"""The pages of the proof, and what every page says of what was redacted."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from datasette.app import Datasette
from test_pages_demo import text

from timeline import Timeline
from timeline.proof import checkpoints
from timeline.proof.signing import SigningKey

Serve = Callable[..., Datasette]
AT = "/proved/-/timeline"


def plain_text(html: str) -> str:
    """Give the words of a page's main part, as they are read."""
    main = re.search(r"<main.*?</main>", html, re.DOTALL)
    assert main
    return re.sub(r" ([,.:;])", r"\1", text(main[0]))


@pytest.mark.asyncio
async def test_an_event_says_in_words_what_is_proved(serve: Serve, proved_db: Path) -> None:
    """Which log, how many events, which root, who signed and when; and how to check it here and elsewhere."""
    html = (await serve(proved_db).client.get(f"{AT}/events/4")).text
    words = plain_text(html)
    for one in (
        "number 4 of the 12 in the log example.org/proved",
        "stored on 2 November 2026, 10:00 UTC",
        "stored on 2 November 2026, 10:00 UTC, as this file says",
        "Signed by example.org/proved; whether that key is theirs, this page cannot tell",
        "Witnessed by witness.example.net, who saw it on 2 November 2026, 10:00 UTC, as the signature says; whether that key is",
        "timeline verify-proof happening-whole@1.tlog-proof",
        "python verify_proof.py happening-whole@1.tlog-proof",
        "Checkpoints of the log",
    ):
        assert one in words, one
    assert f'href="{AT}/events/4/proof?checkpoint=2" download="happening-whole@1.tlog-proof"' in html
    before, _, after = html.partition('<template class="checking">')
    assert "Check it here" not in before + after.partition("</template>")[2]


@pytest.mark.asyncio
async def test_an_event_is_proved_under_the_checkpoint_that_is_asked_for(serve: Serve, proved_db: Path) -> None:
    """So that an address leads to the same proof for good; without one of that number, the page says so."""
    datasette = serve(proved_db)
    html = (await datasette.client.get(f"{AT}/events/4?checkpoint=1")).text
    assert f'href="{AT}/events/4/proof?checkpoint=1"' in html
    assert "is not known here" not in html
    words = plain_text((await datasette.client.get(f"{AT}/events/4?checkpoint=99")).text)
    assert "This event is not proved. There is no checkpoint 99" in words


@pytest.mark.asyncio
async def test_an_event_after_the_last_checkpoint_is_proved_by_the_log_now(serve: Serve, proved_db: Path) -> None:
    """Nobody has signed that, and the page says so."""
    words = plain_text((await serve(proved_db).client.get(f"{AT}/events/13")).text)
    assert "number 13 of the 15 in the log example.org/proved as it is now" in words
    assert "Nobody has signed it" in words


@pytest.mark.asyncio
async def test_the_checkpoints_are_listed(serve: Serve, proved_db: Path) -> None:
    """Size, time, origin, root, signers with times, and the note to save; two can be chosen."""
    html = (await serve(proved_db).client.get(f"{AT}/log/checkpoints")).text
    words = plain_text(html)
    assert "It holds 15 events" in words
    assert re.search(r"12 events, stored on 2 November 2026, 10:00 UTC.*9 events, stored on 2 November 2026, 09:00 UTC", words)
    assert "Witnessed by witness.example.net on 2 November 2026, 09:00 UTC" in words
    assert words.count("UTC, as this file says") == 2
    assert words.count("Signed by example.org/proved; whether that key is theirs, this page cannot tell") == 2
    assert "Anyone who can write to the file can add to this list" in words
    assert f'href="{AT}/log/checkpoints/1" download' in html
    assert re.findall(r'name="from" value="(\d+)"', html) == ["15", "12", "9"]
    home = (await serve(proved_db).client.get(AT)).text
    assert f'href="{AT}/log/checkpoints">Proof<span class="wide"> that nothing was changed</span></a>' in home


@pytest.mark.asyncio
async def test_what_was_added_between_two_is_listed(serve: Serve, proved_db: Path) -> None:
    """Each event with its position, when, by whom, what was done, its title and its links; up to now by itself."""
    client = serve(proved_db).client
    html = (await client.get(f"{AT}/log/checkpoints?from=9&to=12")).text
    words = plain_text(html)
    assert "Added from 9 events to 12" in words
    assert "A happening was corrected: As told now" in words
    assert "A happening was retracted: Taken back" in words
    assert re.findall(r'class="added-position" href="[^"]+/events/(\d+)"', html) == ["10", "11", "12"]
    assert "An odd `name` &lt;b&gt;" in html
    assert f'href="{AT}/log/consistency?from=9&amp;to=12" download' in html
    now = plain_text((await client.get(f"{AT}/log/checkpoints?from=12")).text)
    assert "An event was redacted: the event at position 6: It named a child" in now
    everything = plain_text((await client.get(f"{AT}/log/checkpoints?from=0")).text)
    assert "A happening was recorded (its words were redacted): happening/gone" in everything
    assert "SECRETWORD" not in everything
    same = plain_text((await client.get(f"{AT}/log/checkpoints?from=12&to=12")).text)
    assert "Nothing was added between them" in same


@pytest.mark.asyncio
async def test_what_was_added_is_shown_a_hundred_at_a_time(serve: Serve, tmp_path: Path) -> None:
    """With the way on and back, and no event twice or left out."""
    from timeline import Timeline

    path = tmp_path / "many.db"
    with Timeline(path) as timeline, timeline.transaction():
        for number in range(250):
            timeline.archive(id=f"s{number}", text=f"Text {number}.", title=f"Source {number}")
    client = serve(path).client
    address, seen, turns = "/many/-/timeline/log/checkpoints?from=20&to=240", [], 0
    while address:
        html = (await client.get(address)).text
        seen += [int(one) for one in re.findall(r'class="added-position" href="[^"]+/events/(\d+)"', html)]
        result = re.search(r'href="([^"]+)" rel="next"', html)
        address = result[1].replace("&amp;", "&") if result else ""
        assert ('rel="prev"' in html) is (turns > 0)
        turns += 1
    assert seen == list(range(21, 241))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("/gone", ["gone (redacted)", "Redacted: A court ordered it", "by amina: event 14"]),
        ("/first", ["As told now", "Redacted: It named a child <b>"]),
        ("/first?as_of=9", ["first (redacted)", "It named a child <b>", "As known at position 9"]),
        ("/gone?as_of=9", ["A court ordered it"]),
        ("/tied", ["gone (redacted)"]),
        ("/replaced", ["See instead gone (redacted)"]),
        ("/whole", ["A part of it"]),
        ("/events/7", ["Redacted: A court ordered it", "Its hash stays", "Its words were redacted and can no longer be checked"]),
        ("/events/14", ["Redacted: A court ordered it", "the event at position 7"]),
        ("/sources/diary", ["diary (redacted)", "Redacted: The diary is private", "The document was removed"]),
        ("/sources/letter", ["A letter that stays", "Redacted: A court ordered it", "The document was removed"]),
        ("", ["gone (redacted)"]),
        ("?status=all", ["gone (redacted)", "A court ordered it"]),
        ("?status=all&as_of=9", ["first (redacted)", "It named a child <b>", "A court ordered it"]),
        ("?as_of=9", ["A long story"]),
        ("?q=story", ["A long story"]),
        ("?q=SECRETWORD", ["Nothing matches"]),
        ("?as_of=9&q=SECRETWORD", ["Nothing matches"]),
    ],
)
async def test_every_page_says_what_was_redacted_and_why(serve: Serve, proved_db: Path, page: str, words: list[str]) -> None:
    """With the author, the time and the event; no word of the redacted text is left."""
    response = await serve(proved_db).client.get(f"{AT}{page}")
    assert response.status_code == 200
    result = plain_text(response.text).replace("&lt;", "<").replace("&gt;", ">")
    for one in words:
        assert one in result, one
    if "SECRETWORD" not in page:  # where it was typed, the page repeats it
        assert "SECRETWORD" not in response.text
    assert "None" not in result.replace("None By", "")


@pytest.mark.asyncio
async def test_the_redacted_are_neither_listed_counted_nor_drawn(serve: Serve, proved_db: Path) -> None:
    """The timeline has five current happenings; a redacted one is listed among all, without a date."""
    client = serve(proved_db).client
    html = (await client.get(AT)).text
    assert "5 happenings" in plain_text(html) or "Five happenings" in plain_text(html)
    assert 'id="h-gone"' not in html
    assert '"id":"gone"' not in html.replace(" ", "")
    assert 'id="h-gone"' in (await client.get(f"{AT}?status=all")).text
    for path in (
        "/drawing/overview",
        "/drawing/view?view=1980/2000&width=900",
        "/drawing/view?view=1980/2000&width=900&status=all",
    ):
        response = await client.get(AT + path)
        assert '"gone"' not in response.text, path
    assert "A letter that stays" in (await client.get("/proved/sources")).text


@pytest.mark.asyncio
async def test_tables_and_questions_say_redacted(serve: Serve, proved_db: Path) -> None:
    """Cells that are empty because of it say so; the rows that `.timeline` draws do not fail."""
    client = serve(proved_db).client
    await client.get(AT)
    for table in ("happenings", "happening_versions", "events", "sources"):
        html = (await client.get(f"/proved/{table}")).text
        assert "<em>redacted</em>" in html, table
        assert "SECRETWORD" not in html
    for path in (
        "happenings.timeline",
        "happening_versions.timeline",
        "events.timeline?_date=recorded_at",
        "sources.timeline?_date=archived_at",
    ):
        response = await client.get(f"/proved/{path}", follow_redirects=True)
        assert response.status_code == 200, path
    changed = (await client.get("/proved/changed_since.json?position=&_shape=objects")).json()["rows"]
    gone = next(row for row in changed if row["position"] == 7)
    assert (gone["title"], gone["reason"]) == ("(redacted)", "A court ordered it")
    for question in ("as_of", "search", "single_source", "supported_by_source", "sources_disagree", "in_a_period"):
        response = await client.get(f"/proved/{question}.json?position=9&words=SECRETWORD&source=&period=&_shape=objects")
        assert "SECRETWORD" not in response.text.replace("words=SECRETWORD", "").replace('"words": "SECRETWORD"', "")


@pytest.mark.asyncio
async def test_menus_lead_to_the_checkpoints(serve: Serve, proved_db: Path) -> None:
    """From the tables that hold the log, for those who may follow."""
    client = serve(proved_db).client
    for table in ("events", "checkpoints", "signatures", "tree"):
        assert f'href="{AT}/log/checkpoints"' in (await client.get(f"/proved/{table}")).text, table
    closed = serve(proved_db, metadata={"databases": {"proved": {"tables": {"signatures": {"allow": False}}}}}).client
    assert f'href="{AT}/log/checkpoints"' not in (await closed.get("/proved/events")).text


def changed(source: Path, path: Path, *statements: tuple[str, tuple[object, ...]], guarded: bool = True) -> Path:
    """Copy a timeline, and change it as any program can; or, with its guards gone, as nobody should."""
    shutil.copy(source, path)
    with sqlite3.connect(path) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers if not guarded else ():
            connection.execute(f"DROP TRIGGER {name}")
        for statement, values in statements:
            connection.execute(statement, values)
        for _, sql in triggers if not guarded else ():
            connection.execute(sql)
    connection.close()
    return path


@pytest.mark.asyncio
async def test_a_checkpoint_that_somebody_added_names_nothing(serve: Serve, proved_db: Path, tmp_path: Path) -> None:
    """With the log's true root, under another name, signed by a key of one's own: it is listed, as what it is."""
    key = SigningKey.new("evil.example")
    with Timeline(proved_db, read_only=True) as timeline:
        checkpoint = checkpoints.head(timeline.log, "evil.example")
    at = "2026-12-01T00:00:00.000Z"
    path = changed(
        proved_db,
        tmp_path / "proved.db",
        ("INSERT INTO checkpoints VALUES (3, ?, ?, ?, ?)", (checkpoint.origin, checkpoint.size, checkpoint.root, at)),
        ("INSERT INTO signatures VALUES (5, 3, ?, ?, ?)", (str(key.public), key.sign(checkpoint.text).signature, at)),
    )
    client = serve(path).client
    for position, size in ((4, 12), (13, 15)):
        words = plain_text((await client.get(f"{AT}/events/{position}")).text)
        assert f"of the {size} in the log example.org/proved" in words
        assert "evil" not in words
    for file in ("log/checkpoints/now", "log/consistency?from=9"):
        assert "evil" not in (await client.get(f"{AT}/{file}")).text
    words = plain_text((await client.get(f"{AT}/log/checkpoints")).text)
    assert "evil.example (not the name of this log), root" in words
    assert "Signed by evil.example; whether that key is theirs, this page cannot tell" in words
    assert words.count("not the name of this log") == 1


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("at", "words"),
    [
        (
            "2019-01-01T00:00:00.000Z",
            "stored on 1 January 2019, 00:00 UTC, which cannot be: its last event is later, as this file says",
        ),
        ("garbage", "stored at a time that cannot be read, as this file says"),
        ("2026-02-30T00:00:00.000Z", "stored at a time that cannot be read, as this file says"),
    ],
)
async def test_a_time_that_cannot_be_is_not_believed(serve: Serve, proved_db: Path, tmp_path: Path, at: str, words: str) -> None:
    """Put there with the guards gone and back."""
    path = changed(proved_db, tmp_path / "proved.db", ("UPDATE checkpoints SET kept_at = ?", (at,)), guarded=False)
    client = serve(path).client
    for page in ("events/4", "log/checkpoints", "log/checkpoints?from=9&to=12"):
        assert words in plain_text((await client.get(f"{AT}/{page}")).text), page
