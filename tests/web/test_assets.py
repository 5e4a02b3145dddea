"""Our own style sheets and scripts: where they are, how long a copy holds, and that they stay small."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from datasette.app import Datasette

from timeline.web import assets

Serve = Callable[..., Datasette]

LIMIT = 100_000  # bytes of JavaScript and CSS, uncompressed, that any page may load


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "path",
    [
        "/timeline/-/timeline",
        "/timeline/-/timeline/opening",
        "/timeline/-/timeline/sources",
        "/timeline/-/timeline/sources/report",
        "/timeline/-/timeline/events/1",
        "/timeline/-/timeline/log/checkpoints",
        "/timeline/-/timeline/export",
        "/timeline/happenings.timeline",
    ],
)
async def test_no_page_loads_more_than_100_kilobytes(serve: Serve, path: str) -> None:
    """Scripts, those that they import, and style sheets, as they are sent."""
    datasette = serve()
    html = (await datasette.client.get(path)).text
    wanted, sizes = set(re.findall(r"/-/timeline/assets/[0-9a-f]+/([a-z]+\.(?:js|css))", html)), {}
    while wanted - sizes.keys():
        name = (wanted - sizes.keys()).pop()
        response = await datasette.client.get(assets.address(datasette, name))
        assert response.status_code == 200
        sizes[name] = len(response.content)
        wanted |= set(re.findall(r'from "\./([a-z]+\.js)"', response.text))
    assert "timeline.css" in sizes
    assert sum(sizes.values()) <= LIMIT, sizes


@pytest.mark.asyncio
async def test_every_script_that_is_imported_is_fetched_beside_the_first(serve: Serve) -> None:
    """No script waits for another to tell of it."""
    datasette = serve()
    for path in ("/timeline/-/timeline", "/timeline/happenings.timeline", "/timeline/-/timeline/events/1"):
        html = (await datasette.client.get(path)).text
        ahead = set(re.findall(r'rel="modulepreload" href="[^"]*/([a-z]+\.js)"', html))
        imported = {name for one in ahead for name in re.findall(r'from "\./([a-z]+\.js)"', assets.files()[one])}
        assert imported <= ahead
        assert len(ahead) > 4


@pytest.mark.asyncio
async def test_a_copy_of_this_version_is_cached_for_good(serve: Serve) -> None:
    """The address of another version returns the present file, which must not be cached."""
    datasette = serve()
    address = assets.address(datasette, "timeline.js")
    response = await datasette.client.get(address)
    assert "immutable" in response.headers["cache-control"]
    assert response.headers["content-type"].startswith("text/javascript")
    response = await datasette.client.get(address.replace(assets.version(), "0" * 12))
    assert response.headers["cache-control"] == "no-store"
    for absent in ("absent.js", "types.d.ts"):
        assert (await datasette.client.get(address.replace("timeline.js", absent))).status_code == 404


def test_comments_and_spaces_are_not_sent_and_lines_keep_their_numbers() -> None:
    """A line number in a browser's console is the line of the file, and no text has lost anything."""
    for name, sent in assets.files().items():
        text = (assets.STATIC / name).read_text(encoding="utf-8")
        assert sent.count("\n") == text.count("\n"), name
        kept = [(number, line) for number, line in enumerate(sent.split("\n")) if line]
        for number, line in kept:
            read = text.split("\n")[number]
            assert re.sub(r"\s", "", re.sub(r"/\*\*.*?\*/", "", read)) == re.sub(r"\s", "", line), name
            if name.endswith(".js"):
                assert set(re.findall(r"\"[^\"]*\"|`[^`]*`", line)) <= set(re.findall(r"\"[^\"]*\"|`[^`]*`", read)), name
        assert not re.search(r"`[^`\n]*$", re.sub(r"`[^`\n]*`", "", text), re.MULTILINE), f"{name}: a text over several lines"
        assert not re.search(r"^\s*(//.*|/\*.*\*/\s*)$", sent, re.MULTILINE), name


def test_scripts_import_nothing_from_elsewhere() -> None:
    """Every import is of a file beside it; nothing names another origin."""
    for path in Path(assets.STATIC).glob("*.js"):
        text = assets.files()[path.name]
        for target in re.findall(r'from "([^"]+)"', text):
            assert (assets.STATIC / target).exists(), (path.name, target)
        assert not [result for result in re.findall(r"https?://[^\"'`\s]+", text) if result != "http://www.w3.org/2000/svg"]
