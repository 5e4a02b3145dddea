"""The log as a stream: its events as lines, and new events as they come; for those who may read it, and only as long."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm

from timeline import Timeline
from timeline.cli import json_forms
from timeline.web import watching
from timeline.web.pages import log_streams

Serve = Callable[..., Datasette]
LOG, LIVE = "/timeline/-/timeline/log.jsonl", "/timeline/-/timeline/live"
CLOSED = {"databases": {"timeline": {"tables": {"events": {"allow": {"id": "ana"}}}}}}


@pytest.fixture
def path(timeline_db: Path, tmp_path: Path) -> Path:
    """Copy the timeline, to append to it."""
    copy = tmp_path / "timeline.db"
    with sqlite3.connect(timeline_db) as connection:
        connection.execute(f"VACUUM INTO '{copy}'")
    return copy


def record(path: Path, *ids: str) -> None:
    """Record happenings, as another program does."""
    with Timeline(path, by="Another") as timeline:
        cited = [timeline.source("report").quote("Ann Lee spoke first")]
        for id in ids:
            timeline.record(id, title="Ann Lee speaks", date="1969", citations=cited)


class Listener:
    """A client of a stream: what it got, and how it goes away."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.pieces: asyncio.Queue[str | None] = asyncio.Queue()
        self.leaves = asyncio.Event()
        self._asked = False

    async def receive(self) -> dict[str, Any]:
        """Give the request, and then wait until the client goes."""
        if self._asked:
            await self.leaves.wait()
            return {"type": "http.disconnect"}
        self._asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(self, message: dict[str, Any]) -> None:
        """Note a message of the answer."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        else:
            await self.pieces.put(message["body"].decode())
            if not message.get("more_body"):
                await self.pieces.put(None)

    async def next(self) -> str | None:
        """Give the next piece; None after the end."""
        return await asyncio.wait_for(self.pieces.get(), 20)

    async def until(self, words: str) -> str:
        """Give what comes up to these words."""
        text = ""
        while words not in text:
            piece = await self.next()
            assert piece is not None, text
            text += piece
        return text


@asynccontextmanager
async def listening(datasette: Datasette, query: str = "", cookies: str = "", **headers: str) -> AsyncIterator[Listener]:
    """Listen to a stream as a server's client does."""
    listener = Listener()
    given = {"host": "localhost", **({"cookie": cookies} if cookies else {}), **headers}
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "scheme": "http", "path": LIVE, "raw_path": LIVE.encode(),
        "query_string": query.encode(), "headers": [(name.replace("_", "-").encode(), one.encode()) for name, one in given.items()],
        "server": ("localhost", 80), "client": ("127.0.0.1", 1),
    }  # fmt: skip
    await datasette.invoke_startup()
    task = asyncio.create_task(datasette.app()(scope, listener.receive, listener.send))
    try:
        yield listener
    finally:
        listener.leaves.set()
        await asyncio.wait_for(task, 20)


def ids(text: str) -> list[int]:
    """Give the positions in a stream."""
    return [int(line.removeprefix("id: ")) for line in text.splitlines() if line.startswith("id: ")]


# log.jsonl


@pytest.mark.asyncio
async def test_the_lines_are_those_of_the_command_and_the_salt(serve: Serve, path: Path) -> None:
    """With it, anyone can check the hash of the data."""
    with Timeline(path) as timeline:
        timeline.redact(3, reason="By law", keep_documents=True)
    answer = await serve(path).client.get(LOG)
    assert answer.headers["content-type"] == "application/x-ndjson; charset=utf-8"
    read = [json.loads(line) for line in answer.text.splitlines()]
    with Timeline(path, read_only=True) as timeline:
        for one, event in zip(read, timeline.events(), strict=True):
            salt = one.pop("salt")
            assert one == json_forms.event(event)
            if event.data is None:
                assert (salt, one["data"]) == (None, None)
                continue
            data = json.dumps(one["data"], sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
            assert sha256(bytes.fromhex(salt) + data).hexdigest() == one["data_hash"]


@pytest.mark.asyncio
async def test_a_part_of_the_log_is_asked_for_by_position(serve: Serve, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many pieces it takes; beyond the end there is nothing."""
    datasette = serve(path)
    for chunk in (1, 2_000, 1_000_000):
        monkeypatch.setattr(log_streams, "_CHUNK", chunk)
        for query, expected in {
            "": range(1, 9),
            "?after=3": range(4, 9),
            "?limit=2": range(1, 3),
            "?after=3&limit=2": range(4, 6),
            "?after=99": (),
            "?limit=0": (),
        }.items():
            text = (await datasette.client.get(LOG + query)).text
            assert [json.loads(line)["position"] for line in text.splitlines()] == list(expected)


@pytest.mark.asyncio
@pytest.mark.parametrize("address", [LOG, LIVE])
@pytest.mark.parametrize("query", ["?after=x", "?after=-1", "?after=1e3", "?after=" + "9" * 30, "?afte=1"])
async def test_a_wrong_number_is_refused_in_one_line(serve: Serve, address: str, query: str) -> None:
    """Nothing is guessed."""
    answer = await serve().client.get(address + query)
    assert (answer.status_code, answer.text.count("\n")) == (400, 1)
    assert "after" in answer.text.lower()


@pytest.mark.asyncio
async def test_a_copy_holds_until_the_log_grows(serve: Serve, path: Path) -> None:
    """By its ETag."""
    datasette = serve(path)
    tag = (await datasette.client.get(LOG)).headers["etag"]
    assert (await datasette.client.get(LOG, headers={"if-none-match": tag})).status_code == 304
    assert (await datasette.client.head(LOG)).text == ""
    record(path, "new")
    answer = await datasette.client.get(LOG, headers={"if-none-match": tag})
    assert (answer.status_code, len(answer.text.splitlines())) == (200, 9)


@pytest.mark.asyncio
@pytest.mark.parametrize("address", [LOG, LIVE])
async def test_it_is_for_those_who_may_read_the_events(serve: Serve, address: str) -> None:
    """Others get 403, as at the table."""
    datasette = serve(metadata=CLOSED)
    assert (await datasette.client.get(address)).status_code == 403
    assert (await datasette.client.get(address.replace("/timeline/-/", "/absent/-/"))).status_code == 404


@pytest.mark.asyncio
async def test_data_that_was_tampered_with_is_given_as_it_is(serve: Serve, path: Path) -> None:
    """A line of JSON all the same."""
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER events_update")
        connection.execute("UPDATE events SET data = '{\nbroken' WHERE position = 2")
    connection.close()
    lines = (await serve(path).client.get(LOG)).text.splitlines()
    assert (len(lines), json.loads(lines[1])["data"]) == (8, "{\nbroken")


# live


@pytest.mark.asyncio
async def test_new_events_come_at_once_with_their_positions(serve: Serve, path: Path) -> None:
    """To a reader who asked for those from now on, and to one who missed some."""
    datasette = serve(path)
    async with listening(datasette) as new, listening(datasette, "after=6") as missed:
        assert (await new.until("retry: 3000\n\n"), new.status, new.headers["content-type"]) == (
            "retry: 3000\n\n",
            200,
            "text/event-stream",
        )
        assert new.headers["cache-control"].endswith("no-store")
        assert ids(await missed.until("id: 8")) == [7, 8]
        record(path, "first", "second")
        text = await new.until("id: 10")
        assert ids(text) == [9, 10]
        assert ids(await missed.until("id: 10")) == [9, 10]
        data = json.loads(text.split("data: ")[1].split("\n")[0])
        assert {name: data[name] for name in ("position", "stream", "version", "type", "recorded_by")} == {
            "position": 9,
            "stream": "happening/first",
            "version": 1,
            "type": "HappeningRecorded",
            "recorded_by": "Another",
        }


@pytest.mark.asyncio
async def test_who_listens_does_not_hinder_a_redaction(serve: Serve, path: Path) -> None:
    """It cleans the whole file, for which nobody may be reading."""
    async with listening(serve(path)) as reader:
        await reader.until("retry")
        with Timeline(path) as timeline:
            timeline.redact(3, reason="By law", keep_documents=True)
        assert "EventRedacted" in await reader.until("id: 9")


@pytest.mark.asyncio
async def test_a_browser_resumes_where_it_was(serve: Serve, path: Path) -> None:
    """`Last-Event-ID` comes before the address."""
    async with listening(serve(path), "after=2", last_event_id="7") as resumed:
        assert ids(await resumed.until("id: 8")) == [8]
    async with listening(serve(path), last_event_id="seven") as wrong:
        assert wrong.pieces.empty()
        await wrong.until("not a number")
        assert wrong.status == 400


@pytest.mark.asyncio
async def test_a_long_catch_up_misses_nothing(serve: Serve, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also what is more than the watcher remembers, while more comes."""
    monkeypatch.setattr(watching, "AT_ONCE", 3)
    monkeypatch.setattr(watching, "_REMEMBERED", 4)
    async with listening(serve(path), "after=0") as behind, listening(serve(path)) as awake:
        await awake.until("retry")
        record(path, *(f"h{number}" for number in range(20)))
        assert ids(await behind.until("id: 28")) == list(range(1, 29))
        assert ids(await awake.until("id: 28")) == list(range(9, 29))


@pytest.mark.asyncio
async def test_one_watcher_looks_only_while_somebody_waits(serve: Serve, path: Path) -> None:
    """It ends when the last one goes away, and begins again for the next."""
    datasette = serve(path)
    watcher = watching.of(datasette.get_database("timeline"))
    async with listening(datasette) as one, listening(datasette) as other:
        await one.until("retry")
        await other.until("retry")
        assert (watcher.readers, watcher._task is not None) == (2, True)
    assert (watcher.readers, watcher._task) == (0, None)
    record(path, "meanwhile")
    async with listening(datasette) as again:
        await again.until("retry")
        record(path, "later")
        assert ids(await again.until("id: 10")) == [10]


@pytest.mark.asyncio
async def test_a_quiet_stream_shows_that_it_is_alive(serve: Serve, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a comment; and an old one ends, so that a browser comes back as who it is then."""
    monkeypatch.setattr(log_streams, "HEARTBEAT", 0.05)
    async with listening(serve(path)) as quiet:
        await quiet.until(": nothing new\n\n")
    monkeypatch.setattr(log_streams, "LIFE", 0.2)
    async with listening(serve(path)) as old:
        while await old.next() is not None:
            pass


@pytest.mark.asyncio
async def test_a_permission_that_is_withdrawn_ends_the_stream(serve: Serve, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the next event, with the reason within the stream; a browser need not come back."""
    monkeypatch.setattr(watching, "PERMITTED_SECONDS", 0.0)
    datasette, given = serve(path), [True]

    class Moody:
        __name__ = "moody"

        @hookimpl(optionalhook=True, tryfirst=True)
        def permission_allowed(self, datasette: Datasette, action: str, resource: object) -> bool | None:
            return given[0] if action == "view-table" and resource == ("timeline", "events") else None

        @hookimpl(optionalhook=True)
        def permission_resources_sql(self, datasette: Datasette, action: str) -> object:
            from datasette.permissions import PermissionSQL

            if action != "view-table" or given[0]:
                return None
            return PermissionSQL(sql="select 'timeline' as parent, 'events' as child, 0 as allow, 'moody' as reason")

    moody = Moody()
    pm.register(moody)
    try:
        async with listening(datasette) as reader:
            await reader.until("retry: 3000")
            record(path, "seen")
            assert ids(await reader.until("id: 9")) == [9]
            given[0] = False
            record(path, "unseen")
            text = await reader.until("event: trouble")
            assert ("id:" in text, "retry: 86400000" in text, "permission" in text) == (False, True, True)
            assert await reader.next() in ("", None)
    finally:
        pm.unregister(moody)


@pytest.mark.asyncio
async def test_a_browser_is_told_of_trouble_within_the_stream(serve: Serve, path: Path) -> None:
    """Its EventSource hides the status: one who may not read, and a log that is not the one that was read."""
    for datasette, query, reason in (
        (serve(path, metadata=CLOSED), "", "permission"),
        (serve(path), "after=99", "it is not the log that you read"),
    ):
        async with listening(datasette, query, accept="text/event-stream") as browser:
            text = await browser.until("event: trouble")
            assert (browser.status, reason in text, "retry: 86400000" in text) == (200, True, True)
        async with listening(datasette, query) as script:
            await script.next()
            assert script.status in (400, 403)


@pytest.mark.asyncio
async def test_a_file_that_does_not_change_is_sent_as_it_is(serve: Serve, timeline_db: Path) -> None:
    """Then the stream ends, and a browser need not come back soon."""
    datasette = Datasette([], immutables=[str(timeline_db)])
    async with listening(datasette, "after=6") as reader:
        text = await reader.until("event: end")
        assert (ids(text), "retry: 86400000" in text) == ([7, 8], True)
        assert await reader.next() == ""
        assert await reader.next() is None


@pytest.mark.asyncio
async def test_more_readers_than_there_may_be_are_sent_away(serve: Serve, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """503, with Retry-After; those who are there stay."""
    monkeypatch.setattr(watching, "MOST_READERS", 1)
    datasette = serve(path)
    async with listening(datasette) as first:
        await first.until("retry")
        for accept in ("", "text/event-stream"):
            answer = await datasette.client.get(LIVE, headers={"accept": accept})
            assert (answer.status_code, answer.headers["retry-after"], answer.text.count("\n")) == (503, "60", 1)
        record(path, "new")
        await first.until("id: 9")
    async with listening(datasette) as next_one:
        await next_one.until("retry")


@pytest.mark.asyncio
async def test_a_server_that_stops_waits_for_no_reader(serve: Serve, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stream ends by itself."""
    async with listening(serve(path)) as reader:
        await reader.until("retry")
        monkeypatch.setattr(watching, "stopping", lambda: True)
        assert "stopping" in await reader.until("event: trouble")
        assert await reader.next() == ""


@pytest.mark.asyncio
async def test_another_method_gets_no_stream(serve: Serve) -> None:
    """405 with Allow."""
    for method in ("HEAD", "DELETE"):
        answer = await serve().client.request(method, LIVE)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
