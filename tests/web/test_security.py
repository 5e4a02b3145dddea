"""The headers of a timeline's pages, and that Datasette's own pages work with them."""

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasette import hookimpl
from datasette.app import Datasette
from datasette.plugins import pm
from datasette.utils import StartupError
from datasette.utils.asgi import Response

from timeline.web import security

Serve = Callable[..., Datasette]

OURS = ("/timeline/-/timeline", "/timeline/-/timeline/opening", "/timeline/happenings.timeline")
THEIRS = ("/", "/timeline", "/timeline/happenings", "/timeline/happenings.json", "/-/static/app.css", "/nowhere")


def policy(response: Response) -> dict[str, list[str]]:
    """Give a response's Content-Security-Policy as directives."""
    parts = (part.split() for part in response.headers["content-security-policy"].split(";"))
    return {name: values for name, *values in parts}


@pytest.mark.asyncio
@pytest.mark.parametrize("path", OURS + THEIRS)
async def test_every_page_of_a_timeline_has_the_headers(serve: Serve, path: str) -> None:
    """Pages, data, files and errors alike: nosniff, no referrer, no framing."""
    response = await serve().client.get(path)
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-frame-options"] == "DENY"
    assert policy(response)["frame-ancestors"] == ["'none'"]


@pytest.mark.asyncio
@pytest.mark.parametrize("path", OURS)
async def test_our_pages_run_nothing_inline(serve: Serve, path: str) -> None:
    """Only this server's files, and the frame's own inline scripts by their hashes."""
    result = policy(await serve().client.get(path))
    assert result["default-src"] == result["base-uri"] == ["'none'"]
    assert result["form-action"] == result["connect-src"] == ["'self'"]
    assert result["img-src"] == ["'self'", "data:"]
    assert "'unsafe-inline'" not in [value for values in result.values() for value in values]
    assert all(value == "'self'" or value.startswith("'sha256-") for value in result["script-src"])


@pytest.mark.asyncio
async def test_every_inline_script_of_our_pages_is_allowed_by_its_hash(serve: Serve) -> None:
    """The page has the scripts of the templates, to the letter."""
    response = await serve().client.get("/timeline/happenings.timeline")
    scripts = re.findall(r"<script>(.*?)</script>", response.text, re.DOTALL)
    assert scripts
    allowed = policy(response)["script-src"]
    assert all(security._hash(script) in allowed for script in scripts)
    assert " style=" not in response.text
    assert "<style" not in response.text


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/nope/-/timeline", "/timeline/-/timeline/events/9999", "/timeline/-/timeline/nobody"])
async def test_every_inline_script_of_an_error_page_is_allowed_as_well(serve: Serve, path: str) -> None:
    """Datasette draws its errors at our addresses, and knows less when it does."""
    response = await serve().client.get(path)
    assert response.status_code == 404
    scripts = re.findall(r"<script>(.*?)</script>", response.text, re.DOTALL)
    assert scripts
    result = policy(response)
    assert all(security._hash(script) in result["script-src"] for script in scripts)
    assert all(security._hash(style) in result["style-src"] for style in re.findall(r' style="([^"]*)"', response.text))


@pytest.mark.asyncio
async def test_datasettes_pages_keep_their_scripts_but_nothing_foreign(serve: Serve) -> None:
    """From this server or in templates; the setting allows other hosts for pictures and data alone."""
    assert "'unsafe-inline'" not in policy(await serve().client.get("/timeline"))["script-src"]
    metadata = {"plugins": {security.PLUGIN: {"origins": ["https://tiles.example", "x; script-src *"]}}}
    result = policy(await serve(metadata=metadata).client.get("/timeline"))
    assert result["img-src"] == ["'self'", "data:", "blob:", "https://tiles.example"]
    assert "https://tiles.example" not in result["script-src"]
    assert "https://tiles.example" not in policy(await serve(metadata=metadata).client.get(OURS[0]))["img-src"]


@pytest.mark.asyncio
async def test_a_setting_lets_others_frame_our_pages_only(serve: Serve) -> None:
    """`frame_ancestors` opens our pages; Datasette's stay closed."""
    datasette = serve(metadata={"plugins": {security.PLUGIN: {"frame_ancestors": ["https://news.example"]}}})
    ours, theirs = await datasette.client.get(OURS[0]), await datasette.client.get("/timeline")
    assert policy(ours)["frame-ancestors"] == ["https://news.example"]
    assert "x-frame-options" not in ours.headers
    assert policy(theirs)["frame-ancestors"] == ["'none'"]
    assert theirs.headers["x-frame-options"] == "DENY"


@pytest.mark.asyncio
async def test_our_pages_are_known_under_a_prefix(serve: Serve) -> None:
    """base_url is taken off before a path is looked at."""
    datasette = serve(settings={"base_url": "/prefix/"})
    for path in ("/prefix/timeline/-/timeline", "/prefix/timeline/happenings.timeline"):
        assert policy(await datasette.client.get(path.removeprefix("/prefix")))["default-src"] == ["'none'"]


@pytest.mark.parametrize(
    ("path", "ours"),
    [("/-/timeline", True), ("/a/-/timeline", True), ("/a/-/timeline/x", True), ("/a/b.timeline", True), ("/a/-/timelines", False),
     ("/a/timeline", False), ("/a/-/query", False)],
)  # fmt: skip
def test_which_paths_are_ours(path: str, ours: bool) -> None:
    """The pages and the renderer, and nothing that looks like them."""
    assert security.is_ours(path) is ours


@pytest.mark.asyncio
async def test_headers_of_others_stay(serve: Serve) -> None:
    """The headers that a plugin sets on its own response stay; those that it leaves out are added."""

    class Other:
        __name__ = "other"

        @hookimpl
        def register_routes(self) -> list[Any]:
            return [("^/-/other$", lambda: Response("x", headers={"content-security-policy": "img-src *"}))]

    other = Other()
    pm.register(other, name="other")
    try:
        response = await serve().client.get("/-/other")
        assert response.headers["content-security-policy"] == "img-src *"
        assert response.headers["x-content-type-options"] == "nosniff"
    finally:
        pm.unregister(other)


@pytest.mark.asyncio
async def test_what_streams_still_streams(serve: Serve, tmp_path: Path) -> None:
    """The body goes out piece by piece, as Datasette writes it."""
    with sqlite3.connect(tmp_path / "many.db") as many:
        many.execute("create table numbers (n integer primary key)")
        many.executemany("insert into numbers values (?)", ((n,) for n in range(3000)))
    datasette = serve(tmp_path / "many.db")
    await datasette.invoke_startup()
    pieces: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        pieces.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "http.request"}

    scope = {
        "type": "http", "method": "GET", "path": "/many/numbers.csv", "raw_path": b"/many/numbers.csv",
        "query_string": b"_stream=1", "headers": [], "http_version": "1.1", "scheme": "http",
    }  # fmt: skip
    await datasette.app()(scope, receive, send)
    assert pieces[0]["type"] == "http.response.start"
    assert len(pieces) > 3000


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/timeline.json?sql=select+hex(zeroblob(200000000))"])
async def test_a_result_that_would_fill_the_memory_is_refused(serve: Serve, path: str) -> None:
    """One readable line; ordinary long values pass."""
    refused = await serve().client.get(path, follow_redirects=True)
    assert refused.status_code == 400
    assert "string or blob too big" in refused.text
    passed = await serve().client.get("/timeline.json?sql=select+length(hex(zeroblob(10000000)))+as+n", follow_redirects=True)
    assert passed.status_code == 200


@pytest.mark.asyncio
async def test_a_setting_raises_the_limit_on_length(serve: Serve) -> None:
    """`max_length` is in bytes."""
    datasette = serve(metadata={"plugins": {security.PLUGIN: {"max_length": 10_000}}})
    response = await datasette.client.get("/timeline.json?sql=select+hex(zeroblob(10000))", follow_redirects=True)
    assert response.status_code == 400


@pytest.mark.asyncio
async def test_no_secret_is_read_into_our_settings(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A stranger's metadata.json cannot have a file or the environment shown in a header or a page."""
    (tmp_path / "token").write_text("TOKEN1")
    monkeypatch.setenv("A_TOKEN", "TOKEN2")
    secrets = [{"$file": str(tmp_path / "token")}, {"$env": "A_TOKEN"}]
    for settings in ({"frame_ancestors": secrets, "origins": secrets}, {"max_length": secrets[1], "frame_ancestors": secrets[1]}):
        datasette = serve(metadata={"plugins": {security.PLUGIN: settings}})
        for path in (OURS[0], THEIRS[0]):
            assert "TOKEN" not in str((await datasette.client.get(path)).headers)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("given", "line"),
    [
        ({"max_lenght": 5}, 'max_lenght: is not a setting. Did you mean "max_length"?'),
        (
            {"colour": "red"},
            "colour: is not a setting. There are frame_ancestors, origins, direction, documents, max_length, max_result, max_heap",
        ),
        ({"direction": "right"}, 'direction: is \'right\', expected "ltr" or "rtl"'),
        ({"documents": "cited"}, 'documents: is \'cited\', expected "all" or "cited-passages"'),
        ({"publish": {"review": True}}, 'publish: is {\'review\': True}, expected {"reviewed": true} or {"reviewed": false}'),
        ({"publish": {"reviewed": "yes"}}, 'expected {"reviewed": true} or {"reviewed": false}'),
        ({"publish": True}, 'publish: is True, expected {"reviewed": true}'),
        ({"max_heap": "much"}, "max_heap: is 'much', expected a number of bytes, such as 50000000"),
        ({"max_heap": -1}, "max_heap: is -1, expected a number of bytes"),
        ({"frame_ancestors": 7}, "frame_ancestors: is 7, expected a list of addresses, such as"),
    ],
)
async def test_a_setting_that_would_have_no_effect_stops_the_start(
    serve: Callable[..., Datasette], given: dict[str, Any], line: str
) -> None:
    """With one line, rather than in silence."""
    datasette = serve(metadata={"plugins": {"cited-timeline": given}})
    with pytest.raises(StartupError) as caught:
        await datasette.invoke_startup()
    assert str(caught.value).startswith("metadata.json: plugins: cited-timeline: ")
    assert line in str(caught.value)
