"""Pictures on the pages, and the file of one: the bytes that were archived, and nothing that a browser would run."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from datasette.app import Datasette
from examples import PNG, picture

from timeline import ArchivedSource, Timeline

Serve = Callable[..., Datasette]
HALL = {"source": "hall", "alt": 'Rows of "delegates".', "caption": "The <b>hall</b>.", "credit": "Ann"}


@pytest.fixture
def shown(timeline: Timeline, report: ArchivedSource, path: Path) -> Path:
    """Make a timeline with a happening that shows two pictures, one of them without a description, and another with none."""
    for id in ("hall", "door.1"):
        timeline.archive(**picture(id))
    found = [report.quote("It sat for four days")]
    timeline.record("sitting", title="It sits", date="2025", citations=found, media=[HALL, {"source": "door.1", "alt": "A door."}])
    timeline.record("other", title="Another", date="2024", citations=found, media=["hall"])
    timeline.record("bare", title="A bare one", date="2024", citations=found)
    return path


async def page(datasette: Datasette, path: str) -> str:
    """Fetch a page."""
    response = await datasette.client.get(f"/timeline/-/timeline{path}")
    assert response.status_code == 200, path
    return str(response.text)


@pytest.mark.asyncio
async def test_the_file_is_what_was_archived(serve: Serve, shown: Path, timeline: Timeline) -> None:
    """With its own type, in a sandbox, cached for good under the address with its hash."""
    datasette = serve(shown)
    sha256 = str(timeline.source("hall").sha256)
    response = await datasette.client.get("/timeline/-/timeline/sources/hall/image")
    assert response.content == PNG + b"hall"
    assert response.headers["content-type"] == "image/png"
    assert response.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert (response.headers["cache-control"], response.headers["etag"]) == ("private, no-cache", f'"{sha256}"')
    response = await datasette.client.get(f"/timeline/-/timeline/sources/hall/image?sha256={sha256[:16]}")
    assert response.headers["cache-control"] == "private, max-age=31536000, immutable"
    for wrong in ("0" * 16, sha256[:1], ""):
        response = await datasette.client.get(f"/timeline/-/timeline/sources/hall/image?sha256={wrong}")
        assert response.headers["cache-control"] == "private, no-cache"
    again = await datasette.client.get("/timeline/-/timeline/sources/hall/image", headers={"If-None-Match": f'W/"x", "{sha256}"'})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.asyncio
async def test_only_pictures_are_served(serve: Serve, shown: Path, timeline: Timeline) -> None:
    """No text, no unknown id, nothing that a tampered event calls a picture, and none that was redacted."""
    datasette = serve(shown)
    connection = timeline.log.connection
    (position,) = connection.execute("SELECT position FROM sources WHERE id = 'door.1'").fetchone()
    timeline.redact(position, reason="Shows a witness.")
    for id in ("report", "none", "door~2E1", "..~2Fx"):
        assert (await datasette.client.get(f"/timeline/-/timeline/sources/{id}/image")).status_code == 404, id
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute(
        "UPDATE documents SET bytes = CAST('<script>alert(1)</script>' AS BLOB) WHERE length(bytes) = ?", (len(PNG) + 4,)
    )
    assert (await datasette.client.get("/timeline/-/timeline/sources/hall/image")).status_code == 404


@pytest.mark.asyncio
async def test_the_happening_shows_its_pictures(serve: Serve, shown: Path) -> None:
    """After the summary, with the words that go with them, escaped; also in the story. Its source names what shows it."""
    datasette = serve(shown)
    for path in ("/sitting", "?story=sitting"):
        html = await page(datasette, path)
        assert html.count('<figure class="picture">') == 2
        assert 'alt="Rows of &#34;delegates&#34;." loading="lazy"' in html
        assert "The &lt;b&gt;hall&lt;/b&gt;." in html
        assert "/timeline/-/timeline/sources/hall/image?sha256=" in html
        assert '<a href="/timeline/-/timeline/sources/door~2E1"' in html
        assert html.index('<figure class="picture">') < html.index('id="evidence"')
    assert 'alt="Picture: Picture hall"' in await page(datasette, "/other"), "not without any: the picture says something"
    source = await page(datasette, "/sources/hall")
    assert '<img src="/timeline/-/timeline/sources/hall/image?sha256=' in source
    assert "It sits" in source
    assert "Another" in source
    assert "No happening cites" not in source
    assert "Picture (PNG)" in await page(datasette, "/sources")


@pytest.mark.asyncio
async def test_the_list_shows_the_first_picture_small(serve: Serve, shown: Path) -> None:
    """One for each happening that has any."""
    html = await page(serve(shown), "")
    assert html.count('class="small-picture"') == 2
    assert "door.1/image" not in html


@pytest.mark.asyncio
async def test_pictures_are_as_they_were_known(serve: Serve, shown: Path, timeline: Timeline) -> None:
    """As of a position, the page and the list show what was shown then; the history names the change."""
    before = timeline.log.size()
    timeline.correct("sitting", media=[{"source": "door.1", "alt": "A door."}], reason="Another hall")
    datasette = serve(shown)
    now = await page(datasette, "/sitting")
    assert now.count('<figure class="picture">') == 1
    assert "<dt>Pictures</dt>" in now
    assert "hall, Rows of" in now
    assert (await page(datasette, f"/sitting?as_of={before}")).count('<figure class="picture">') == 2
    assert "sources/hall/image" in (await page(datasette, f"?as_of={before}")).split('id="h-sitting"')[1].split("</article>")[0]


@pytest.mark.asyncio
async def test_a_redacted_picture_is_said_to_be_gone(serve: Serve, shown: Path, timeline: Timeline) -> None:
    """Its words stay, as the happening has them; the list shows none."""
    (position,) = timeline.log.connection.execute("SELECT position FROM sources WHERE id = 'hall'").fetchone()
    timeline.redact(position, reason="Shows a witness.")
    datasette = serve(shown)
    html = await page(datasette, "/sitting")
    assert "This picture was redacted." in html
    assert "sources/hall/image" not in html + await page(datasette, "")
    assert "The document was removed" in await page(datasette, "/sources/hall")


@pytest.mark.asyncio
async def test_without_the_documents_only_the_words_are_shown(serve: Serve, shown: Path) -> None:
    """A picture is a document: it is closed with them, and no page shows a broken one."""
    datasette = serve(shown, metadata={"databases": {"timeline": {"tables": {"documents": {"allow": False}}}}})
    assert (await datasette.client.get("/timeline/-/timeline/sources/hall/image")).status_code == 403
    for path in ("/sitting", "", "?story=sitting"):
        html = await page(datasette, path)
        assert not re.search("<img[^>]*/image", html)
    assert "The &lt;b&gt;hall" in await page(datasette, "/sitting")


@pytest.mark.asyncio
async def test_a_file_without_the_table_of_pictures_is_an_older_one(serve: Serve, shown: Path, timeline: Timeline) -> None:
    """Its pages say how to make the read tables again."""
    timeline.log.connection.execute("DROP TABLE happening_media")
    response = await serve(shown).client.get("/timeline/-/timeline")
    assert response.status_code == 503
    assert "Make them again: timeline rebuild" in response.text
