"""A copy of the timeline page that still holds is not sent again; one that may not hold, or may not be read, is."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from test_pages_demo import build, serve

from timeline import Timeline

PAGE = "/demo/-/timeline"


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """Build a demo that a test may append to."""
    return build(tmp_path / "demo.db")


async def tag(datasette: Datasette, path: str = PAGE, **visit: Any) -> str:  # noqa: ANN401 - httpx's own settings
    """Fetch a page and give its ETag."""
    response = await datasette.client.get(path, **visit)
    assert response.status_code == 200
    return str(response.headers["etag"])


async def status(datasette: Datasette, held: str, path: str = PAGE, **visit: Any) -> int:  # noqa: ANN401
    """Ask for a page with a copy in hand."""
    headers = {"if-none-match": held, **visit.pop("headers", {})}
    return int((await datasette.client.get(path, headers=headers, **visit)).status_code)


@pytest.mark.asyncio
async def test_an_answer_has_a_tag_and_only_the_visitor_caches_it(demo: Path) -> None:
    """It is weak, private, asked about each time, and differs by who asks."""
    response = await serve(demo).client.get(PAGE)
    assert response.headers["etag"].startswith('W/"')
    assert response.headers["cache-control"] == "private, no-cache"
    assert {"Cookie", "Authorization"} <= set(response.headers["vary"].replace(" ", "").split(","))


@pytest.mark.asyncio
async def test_a_copy_that_holds_is_not_sent_again(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """304, without a body, before any query of the page; among other tags as well, weak or not."""
    datasette = serve(demo)
    held = await tag(datasette)

    async def never(*_: object) -> None:
        raise AssertionError("the page's queries were run")

    from timeline.selection import matches

    monkeypatch.setattr(matches, "page", never)
    monkeypatch.setattr(matches, "choose", never)
    response = await datasette.client.get(PAGE, headers={"if-none-match": held})
    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["etag"] == held
    assert response.headers["cache-control"] == "private, no-cache"
    assert await status(datasette, f'"other", {held.removeprefix("W/")}, W/"more"') == 304


@pytest.mark.asyncio
async def test_what_the_page_depends_on_changes_its_tag(demo: Path) -> None:
    """The address, the visitor, the process, and the tables' definition."""
    datasette = serve(demo)
    held = await tag(datasette)
    for query in ("?q=rome", "?as_of=3", "?lanes=kind"):
        assert await tag(datasette, PAGE + query) != held
    cookie = {"cookies": {"ds_actor": datasette.sign({"a": {"id": "ann"}}, "actor")}}
    assert await tag(datasette, **cookie) != held
    assert await tag(serve(demo)) != held
    with sqlite3.connect(demo) as connection:
        connection.execute("create table another (x)")
    assert await status(datasette, held) == 200


@pytest.mark.asyncio
async def test_what_is_appended_is_seen_at_once(demo: Path) -> None:
    """A copy made before an event is not good after it."""
    datasette = serve(demo)
    held = await tag(datasette)
    assert await status(datasette, held) == 304
    with Timeline(demo) as timeline:
        timeline.retract("long", reason="r")
    assert await status(datasette, held) == 200


@pytest.mark.asyncio
async def test_a_visitor_without_permission_is_refused_even_with_a_valid_copy(demo: Path) -> None:
    """Permission comes before the 304, that of the past as well."""
    closed = {"databases": {"demo": {"tables": {"events": {"allow": {"id": "ann"}}}}}}
    datasette = serve(demo, metadata=closed)
    cookie = {"cookies": {"ds_actor": datasette.sign({"a": {"id": "ann"}}, "actor")}}
    past = PAGE + "?as_of=3"
    held = await tag(datasette, past, **cookie)
    assert await status(datasette, held, past, **cookie) == 304
    assert await status(datasette, held, past) == 403


class Messenger:
    """A plugin that has something to say to whoever asks for it."""

    __name__ = "messenger"

    @hookimpl
    def actor_from_request(self, datasette: Datasette, request: Any) -> None:  # noqa: ANN401 - Datasette's own
        """Leave a message where the address asks for one."""
        if "say" in request.args:
            datasette.add_message(request, "Done, and done again", datasette.INFO)


@pytest.fixture
def messenger() -> Iterator[None]:
    """Register the plugin for one test."""
    plugin = Messenger()
    pm.register(plugin, name="messenger")
    yield
    pm.unregister(plugin)


@pytest.mark.asyncio
@pytest.mark.usefixtures("messenger")
async def test_messages_are_shown_and_never_out_of_a_copy(demo: Path) -> None:
    """While there is one to show, no copy is good."""
    datasette = serve(demo)
    held = await tag(datasette, PAGE + "?say=1")
    assert await status(datasette, held, PAGE + "?say=1") == 200
    assert "Done, and done again" in (await datasette.client.get(PAGE + "?say=1", headers={"if-none-match": held})).text


@pytest.mark.asyncio
async def test_a_faulty_address_is_never_answered_with_304(demo: Path) -> None:
    """A page that refused something is not answered by a copy."""
    datasette = serve(demo)
    response = await datasette.client.get(PAGE + "?from=banana")
    assert response.status_code == 400
    again = await datasette.client.get(PAGE + "?from=banana", headers={"if-none-match": response.headers["etag"]})
    assert again.status_code == 400
