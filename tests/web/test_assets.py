"""Our own style sheets and scripts: where they are, how long a copy holds, and that they stay small."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from datasette.app import Datasette

from timeline.web import assets

Serve = Callable[..., Datasette]

LIMIT = 100_000  # bytes of JavaScript and CSS, uncompressed, that any page may load


def path_of(name: str) -> Path:
    """Find a file among those of the pages that read and those that write."""
    return next(folder / name for folder in assets.FOLDERS if (folder / name).exists())


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
    wanted |= {"live.js"} if "data-live" in html else set()  # which comes by itself, once the page is there
    while wanted - sizes.keys():
        name = (wanted - sizes.keys()).pop()
        response = await datasette.client.get(assets.address(datasette, name))
        assert response.status_code == 200
        sizes[name] = len(response.content)
        wanted |= set(re.findall(r'from "\./([a-z]+\.js)"', response.text))
    assert "timeline.css" in sizes
    assert sum(sizes.values()) <= LIMIT, sizes


@pytest.mark.asyncio
async def test_a_page_asks_for_one_script_of_ours(serve: Serve) -> None:
    """It imports nothing more, but for the list of a count when one is opened, and news; and no style sheet comes twice."""
    datasette = serve()
    pages = ("", "/opening", "?story=opening", "/sources/report", "/events/1", "/log/checkpoints")
    for path in (*(f"/timeline/-/timeline{page}" for page in pages), "/timeline/happenings.timeline"):
        html = (await datasette.client.get(path)).text
        fetched = re.findall(r"/-/timeline/assets/[0-9a-f]+/([a-z]+\.(?:js|css))", html)
        scripts = [name for name in fetched if name.endswith(".js")]
        assert len(scripts) == ("opening" not in path or "story" in path), path
        assert len(fetched) == len(set(fetched))
        for name in scripts:
            later = {'import("./list.js"', 'import("./live.js"'}
            assert set(re.findall(r"""\bimport\b ?[({"'\w][^)]*""", assets.files()[name])) <= later, name


def test_a_script_is_sent_with_what_it_imports_once_and_in_order() -> None:
    """A module comes before those that need it. All that it holds is there, apart from the words import and export."""
    imports = {
        path.name: re.findall(r'^import .* from "\./([a-z]+\.js)";$', path.read_text(encoding="utf-8"), re.MULTILINE)
        for folder in assets.FOLDERS
        for path in folder.glob("*.js")
    }
    assert len(imports["timeline.js"]) > 5
    for name, sent in assets.files().items():
        if not name.endswith(".js"):
            continue
        parts = dict(re.findall(r"^// ([a-z]+\.js)\n((?:(?!^// [a-z]+\.js$).*\n)+)", sent, re.MULTILINE))
        assert "".join(f"// {part}\n{text}" for part, text in parts.items()) == sent
        assert list(parts)[-1] == name
        order = list(parts)
        # They share one scope: no name is given twice, nor changed on the way in.
        source = "\n".join(path_of(part).read_text(encoding="utf-8") for part in order)
        outermost = r"^(?:export )?(?:async )?(?:function\*? ?|const |let |class )(\w+|\{[^}]*\}|\[[^\]]*\])"
        given = re.findall(outermost, source, re.MULTILINE)
        names = [one for group in given for one in re.findall(r"\w+", group)]
        assert len(names) == len(set(names)), sorted(names)
        assert not re.search(r"^import .* as ", source, re.MULTILINE)
        for part, text in parts.items():
            assert all(order.index(one) < order.index(part) for one in imports[part]), (name, part)
            body = "\n".join(line for line in assets.plain()[part].splitlines() if not line.startswith("import{"))
            body = body if part == name else re.sub(r"^export ", "", body, flags=re.MULTILINE)
            assert bare(body) in bare(text), (name, part)


def bare(script: str) -> str:
    """Leave out of a script: spaces, the last semicolon of a block, and the word const where declarations follow each other."""
    return re.sub(r"\s", "", script).replace(";}", "}").replace(";const", ",")


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


def test_comments_and_spaces_are_not_sent() -> None:
    """No text has lost anything."""
    for name, sent in assets.plain().items():
        text = path_of(name).read_text(encoding="utf-8")
        lines = re.sub(r"/\*\*.*?\*/", "", re.sub(r"^\s*(//.*|/\*(?:[^*]|\*(?!/))*\*/\s*)$", "", text, flags=re.MULTILINE))
        if name.endswith(".css"):
            lines = re.sub(r";\s*}", "}", lines)
        # Brackets around the one parameter of an arrow function mean nothing either.
        one, other = (re.sub(r"(?<![\w$)\]])\((\w+)\)=>", r"\1=>", re.sub(r"\s", "", side)) for side in (lines, sent))
        assert one == other, name
        if name.endswith(".js"):
            texts = r"\"[^\"\n]*\"|`[^`\n]*`"
            assert re.findall(texts, lines) == re.findall(texts, sent), name
        assert not re.search(r"`[^`\n]*$", re.sub(r"`[^`\n]*`", "", lines), re.MULTILINE), f"{name}: a text over several lines"
        assert not re.search(r"^\s*(//.*|/\*.*\*/\s*)?$", sent.rstrip(), re.MULTILINE), name


def test_scripts_import_nothing_from_elsewhere() -> None:
    """Every import is of a file beside it; nothing names another origin."""
    for path in [path for folder in assets.FOLDERS for path in folder.glob("*.js")]:
        text = assets.plain()[path.name]
        for target in re.findall(r'from "([^"]+)"', text):
            assert path_of(target).exists(), (path.name, target)
        assert not [result for result in re.findall(r"https?://[^\"'`\s]+", text) if result != "http://www.w3.org/2000/svg"]


def test_no_two_files_have_the_same_name() -> None:
    """Of two with one name, in the folders of reading and of writing, only the last would be sent."""
    names = [path.name for folder in assets.FOLDERS for path in folder.iterdir()]
    assert [name for name in names if names.count(name) > 1] == []
