"""A timeline introduces itself: whose it is, how much there is, and what other sites show of a link to it."""

import re
from pathlib import Path
from typing import Any

import pytest
from test_pages_demo import build, serve, text

METADATA = {
    "title": "A newsroom",
    "description": "Everything that we know.",
    "license": "CC BY 4.0",
    "license_url": "https://creativecommons.org/licenses/by/4.0/",
    "databases": {"demo": {"title": "The office <b>affair</b>", "source": "The desk", "source_url": "javascript:alert(1)"}},
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the timeline of all that pages can show."""
    return build(tmp_path_factory.mktemp("introduction") / "demo.db")


async def page(path: Path, query: str = "", **options: Any) -> str:  # noqa: ANN401 - as Datasette takes them
    """Fetch the timeline page."""
    return str((await serve(path, **options).client.get(f"/demo/-/timeline{query}")).text)


def introduction(html: str) -> str:
    """Return the words of the introduction."""
    return text(html.split('<div class="introduction">')[1].split('<div id="notes">', maxsplit=1)[0])


@pytest.mark.asyncio
async def test_the_page_says_whose_timeline_it_is(demo: Path) -> None:
    """Title, description, size, years, last recording, source and licence; nothing in them runs."""
    html = await page(demo, metadata=METADATA)
    said = introduction(html)
    assert said.startswith("The office &lt;b&gt;affair&lt;/b&gt; Everything that we know. 15 happenings 3 documents 753 BCE")
    assert re.search(r"last recorded 5 January 2026 by amina Source: The desk Licence: CC BY 4.0", said)
    assert 'href="https://creativecommons.org/licenses/by/4.0/"' in html
    assert "javascript:" not in html


@pytest.mark.asyncio
async def test_without_metadata_the_name_of_the_file_is_the_title(demo: Path) -> None:
    """The description that we give to Datasette's pages is none of the timeline's."""
    said = introduction(await page(demo))
    assert said.startswith("demo 15 happenings")
    assert "questions below" not in said


@pytest.mark.asyncio
async def test_the_past_is_introduced_as_it_was(demo: Path) -> None:
    """As of a position, the counts are those of then, and nothing later is told."""
    said = introduction(await page(demo, "?as_of=5"))
    assert "2 happenings" in said
    assert "last recorded" not in said


@pytest.mark.asyncio
async def test_who_may_not_read_the_log_does_not_learn_who_recorded(demo: Path) -> None:
    """The rest of the introduction is there."""
    denied = {"databases": {"demo": {"tables": {"events": {"allow": False}}}}}
    said = introduction(await page(demo, metadata=denied))
    assert "15 happenings" in said
    assert "amina" not in said


@pytest.mark.asyncio
async def test_a_link_is_previewed_with_title_words_and_picture(demo: Path) -> None:
    """Open Graph on the timeline and on each happening."""
    html = await page(demo, metadata=METADATA)
    found = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', html))
    assert found["og:title"] == "The office &lt;b&gt;affair&lt;/b&gt;"
    assert found["description"] == found["og:description"] == "Everything that we know."
    assert found["og:url"].startswith("http://localhost/demo/-/timeline")
    assert found["og:image"].startswith("http://localhost/demo/-/timeline/export/png")
    picture = found["og:image"].removeprefix("http://localhost")
    assert (await serve(demo).client.get(picture)).content.startswith(b"\x89PNG")
    html = (await serve(demo, metadata=METADATA).client.get("/demo/-/timeline/assembly")).text
    found = dict(re.findall(r'<meta (?:property|name)="([^"]+)" content="([^"]*)"', html))
    assert (found["og:type"], found["og:title"]) == ("article", "The assembly meets")
    assert found["og:site_name"] == "The office &lt;b&gt;affair&lt;/b&gt;"
    assert found["og:description"].startswith("24 to 27 November 2025")


@pytest.mark.asyncio
async def test_breadcrumbs_lead_to_the_timeline_by_its_title(demo: Path) -> None:
    """On each page below it."""
    client = serve(demo, metadata=METADATA).client
    for path in ("/assembly", "/sources", "/sources/notes", "/events/1", "/export", "/log/checkpoints", "/nowhere"):
        html = (await client.get(f"/demo/-/timeline{path}")).text
        assert '<a href="/demo/-/timeline"' in html
        assert "<bdi>The office &lt;b&gt;affair&lt;/b&gt;</bdi></a>" in html.split("<main")[0]
