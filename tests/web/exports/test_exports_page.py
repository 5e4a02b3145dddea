"""The page of exports: every format in its place with its losses, the filters in words, and the way there."""

import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from browser import DESK, PHONE, Served, Visitor
from datasette.app import Datasette
from exported import PAGE, text
from test_pages_demo import serve as serve_demo

from timeline import Timeline
from timeline.exchange import formats
from timeline.exchange.exporting import losses
from timeline.exchange.exporting.format import Format
from timeline.web import links
from timeline.web.pages import format_catalogue


@pytest.mark.asyncio
async def test_the_page_lists_every_format_with_its_address(demo: Datasette) -> None:
    """Each that can be loaded, once, in its group, with what it is for and the command that does the same."""
    html = await text(demo, PAGE)
    for name in format_catalogue.names():
        assert html.count(f'<li id="{name}">') == 1
        assert f'href="{PAGE}/{name}"' in html
        assert f"timeline export {name}</code>" in html
    assert "15 happenings: the whole timeline as it is now" in " ".join(html.split())


def test_every_format_has_its_place_and_each_field_its_words() -> None:
    """Every format is in one group, once, and its losses are in plain words."""
    grouped = [name for _, members in format_catalogue.GROUPS for name in members]
    assert sorted(grouped) == sorted(formats.written_names())
    for name in format_catalogue.names():
        format = format_catalogue.find(name)
        assert format is not None
        assert all(what and fate for what, fate in format_catalogue.losses(format))
        unknown = [field for field in format.loses if field not in losses.FIELDS and field.rpartition(".")[2] not in losses.FIELDS]
        assert unknown == [], name


def test_a_format_that_cannot_be_loaded_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither on the page nor by its name."""

    def missing(name: str) -> Format:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(format_catalogue, "format_named", missing)
    assert format_catalogue.names() == []
    assert list(format_catalogue.groups()) == []
    assert format_catalogue.find("csv") is None


@pytest.mark.asyncio
async def test_a_format_that_cannot_be_made_here_is_listed_with_its_extra(demo: Datasette, monkeypatch: pytest.MonkeyPatch) -> None:
    """A format whose library is missing: on the page and at its address, with the extra that brings it."""
    monkeypatch.setattr(format_catalogue, "find_spec", lambda name: None)
    line = "PNG: cannot be made here, because an extra is missing. pip install 'cited-timeline[picture]'"
    assert line.replace("'", "&#39;") in await text(demo, PAGE)
    assert await text(demo, f"{PAGE}/png", 404) == f"{line}\n"


@pytest.mark.asyncio
async def test_the_timeline_page_leads_there_with_its_filters(demo: Datasette, stub: Callable[..., Format]) -> None:
    """Beside the ways to its rows; and feed readers find the feeds by themselves."""
    stub("atom", "application/atom+xml", title="Atom")
    stub("jsonfeed", "application/feed+json", title="JSON Feed")
    html = await text(demo, "/demo/-/timeline?kind=session&lanes=kind&size=5")
    assert f'<a href="{PAGE}?kind=session">' in html
    for type_, title, name in (("atom+xml", "Atom", "atom"), ("feed+json", "JSON Feed", "jsonfeed")):
        link = f'<link rel="alternate" type="application/{type_}" title="demo: {title}" href="{PAGE}/{name}?kind=session">'
        assert link in html


@pytest.mark.asyncio
async def test_the_page_says_the_filters_in_words_and_as_a_command(demo: Datasette) -> None:
    """A person by name, a source by its title, a day in words; the command quotes what a shell would read otherwise."""
    html = await text(demo, f"{PAGE}?actor=faisal-shahkar&source=dispatch&as_of=2026-01-05&status=all&q=it%27s%20--x%20now")
    facts = dict(re.findall(r"<dt>([^<]*)</dt><dd><bdi>([^<]*)</bdi>", html))
    assert facts["Who"] == "Faisal Shahkar"
    assert facts["As of"] == "the end of 5 January 2026"
    assert facts["Show"] == "retracted ones too"
    command = re.search(r"<code dir=\"ltr\">(timeline export csv[^<]*)</code>", html)
    assert command is not None
    words = shlex.split(command[1].replace("&#39;", "'").replace("&#34;", '"').replace("&quot;", '"'))
    assert words[3:] == ["--q", "it's --x now", "--actor", "faisal-shahkar", "--source", "dispatch", "--as-of", "2026-01-05",
                         "--status", "all"]  # fmt: skip


@pytest.mark.asyncio
async def test_a_happening_with_the_name_of_the_page_has_another_address(tmp_path: Path) -> None:
    """Its own address is another one, and this page leads there."""
    path = tmp_path / "named.db"
    with Timeline(path) as timeline:
        source = timeline.archive(id="s", text="Goods left the port.", title="S")
        timeline.record("export", title="Goods leave", date="2001", citations=[source.quote("Goods left")])
    datasette = serve_demo(path)
    address = links.happening(datasette, "named", "export")
    assert address == "/named/-/timeline/~65xport"
    assert "<h1" in await text(datasette, address)
    assert f'href="{address}"' in await text(datasette, "/named/-/timeline")
    assert f'href="{address}"' in await text(datasette, "/named/-/timeline/export")


def test_the_page_of_exports_in_a_browser(visitor: Visitor, demo_served: Served) -> None:
    """Nothing that axe-core finds, in the light, in the dark and on a phone; nothing scrolls sideways."""
    pytest.importorskip("axe_playwright_python.sync_playwright")
    from test_accessibility import OPTIONS, complaints

    address = f"{demo_served.page}/export?kind=session&as_of=2026-01-05"
    for look, width in (("light", DESK), ("dark", DESK), ("light", PHONE)):
        page = visitor.open(address, settle=False, viewport={"width": width, "height": 900}, color_scheme=look)
        page.locator(".formats summary").first.click()
        assert complaints(page, OPTIONS) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
