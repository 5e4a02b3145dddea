"""A publisher who withholds documents: no path shows more than hashes and cited passages, neither of a live file nor of a copy."""

import json
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from datasette.app import Datasette
from examples import PNG

sys.path.insert(0, str(Path(__file__).parent.parent / "capture"))
import material  # PDFs

from timeline import Timeline
from timeline.cli import main

Serve = Callable[..., Datasette]
FILLER = " ".join(f"filler{number}" for number in range(40))
SETTING = {"plugins": {"cited-timeline": {"documents": "cited-passages"}}}
AT = "/timeline/-/timeline"
# Every address at which something of a document could be read.
PATHS = (
    f"{AT}/sources/minutes", f"{AT}/sources/minutes?passage=0-500", f"{AT}/sources/minutes?start=1", f"{AT}/sources/notes",
    f"{AT}/sources/minutes/document", f"{AT}/sources/minutes/pages/1.png", f"{AT}/sources/minutes/frame",
    f"{AT}/sources/hall/image", f"{AT}/sources/hall", f"{AT}/sources/notes/document", f"{AT}/sources", f"{AT}/met", AT,
    f"{AT}/export", f"{AT}/events/1", *(f"{AT}/export/{name}" for name in ("jsonl", "html", "markdown", "csv", "jsonld")),
    *(f"/timeline/{name}.json?_size=max&_shape=array" for name in (
        "documents", "source_texts", "source_pages", "sources", "sources_fts", "sources_fts_data", "sources_fts_content",
        "sources_fts_docsize", "withheld", "citations", "events", "happenings_fts",
    )),
    *(f"/timeline{end}?sql=select+*+from+{name}" for name in ("source_texts", "documents", "sources_fts")
      for end in (".json", ".csv", "", "/-/query.json")),
    "/timeline/sources.json?_search=hiddenword&_fts_table=sources_fts", "/timeline/sources.json?_search=hiddenword",
    "/timeline.db",
)  # fmt: skip


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a timeline with documents to withhold, and the copy that is published of it."""
    folder = tmp_path_factory.mktemp("withholding")
    files = {
        "minutes.pdf": material.pdf([f"Hiddenword {FILLER}", f"{FILLER} The council met. {FILLER} Hiddenword"]),
        "notes.txt": f"Hiddenword. {FILLER} It sat for four days. {FILLER} Hiddenword.".encode(),
        "hall.png": PNG,
    }
    with Timeline(folder / "timeline.db", by="tester") as timeline:
        for name, content in files.items():
            (folder / name).write_bytes(content)
            timeline.archive(folder / name, id=name.partition(".")[0], title=name)
        cited = [timeline.source("minutes").quote("The council met"), timeline.source("notes").quote("four days")]
        timeline.record("met", title="It meets", date="2025", citations=cited, media=[{"source": "hall", "alt": "Rows."}])
    (folder / "metadata.json").write_text(json.dumps(SETTING))
    words = ["publish", str(folder / "public"), "--db", str(folder / "timeline.db"), "--metadata", str(folder / "metadata.json")]
    assert CliRunner().invoke(main, words).exit_code == 0
    return folder / "timeline.db"


@pytest.fixture(params=["live", "published"])
def withheld(request: pytest.FixtureRequest, live: Path, tmp_path: Path) -> Path:
    """Give either."""
    source = live if request.param == "live" else live.parent / "public/timeline.db"
    shutil.copy(source, tmp_path / "timeline.db")
    return tmp_path / "timeline.db"


def leaks(content: bytes) -> list[bytes]:
    """Find words of the documents that are not beside a quotation."""
    return [secret for secret in (b"filler20", b"Hiddenword", PNG) if secret in content]


@pytest.mark.asyncio
async def test_no_path_shows_a_document_or_its_text(serve: Serve, withheld: Path) -> None:
    """Of a live file that has them, nor of a copy that does not."""
    datasette = serve(withheld, metadata=SETTING)
    for path in PATHS:
        response = await datasette.client.get(path, follow_redirects=True)
        assert response.status_code < 500, path
        assert leaks(response.content) == [], path


@pytest.mark.asyncio
async def test_without_the_setting_these_paths_show_them(serve: Serve, live: Path) -> None:
    """So that the test above tests something."""
    datasette = serve(live)
    shown = [path for path in PATHS if leaks((await datasette.client.get(path, follow_redirects=True)).content)]
    assert len(shown) >= 10


@pytest.mark.asyncio
async def test_a_copy_stays_open_to_queries(serve: Serve, live: Path) -> None:
    """There is nothing in it to hide; a live file cannot be, because SQL reads everything."""
    for path, status in ((live, 403), (live.parent / "public/timeline.db", 200)):
        response = await serve(path, metadata=SETTING).client.get("/timeline.json?sql=select+1", follow_redirects=True)
        assert response.status_code == status


@pytest.mark.asyncio
async def test_the_page_says_that_it_is_withheld_and_has_the_passages(serve: Serve, withheld: Path) -> None:
    """With its hash; links to passages still lead to them, and nothing offers a document."""
    client = serve(withheld, metadata=SETTING).client
    html = (await client.get(f"{AT}/sources/minutes?cited=met-1")).text
    (sha256,) = re.findall("Its SHA-256 is <code>([0-9a-f]{64})</code>", html)
    assert "The publisher withholds this document and its text." in html
    assert re.search(r'<li value="1" id="c-met-1"><blockquote dir="auto">.*<mark>The council met</mark>', html)
    assert "<p>Page 2</p>" in html
    assert 'role="alert"' not in html
    assert "Redacted" not in html
    for path in (f"{AT}/sources/minutes", f"{AT}/met", f"{AT}/sources/hall"):
        page = (await client.get(path)).text
        assert "/document" not in page
        assert "<img" not in page
    assert "The publisher withholds this document. Its" in page
    for path in ("document", "pages/1.png", "frame"):
        response = await client.get(f"{AT}/sources/minutes/{path}")
        assert (response.status_code, response.text) == (
            404,
            f"The document of minutes is withheld by the publisher. Its SHA-256 is {sha256}\n",
        )


@pytest.mark.asyncio
async def test_root_sees_the_documents_of_a_live_file(serve: Serve, live: Path) -> None:
    """Whoever runs the server works with them."""
    datasette = serve(live, metadata=SETTING)
    if hasattr(datasette, "root_enabled"):
        datasette.root_enabled = True
    cookies: dict[str, Any] = {"ds_actor": datasette.sign({"a": {"id": "root"}}, "actor")}
    assert (await datasette.client.get(f"{AT}/sources/notes/document", cookies=cookies)).status_code == 200
    assert "Hiddenword" in (await datasette.client.get(f"{AT}/sources/notes", cookies=cookies)).text
    other = {"ds_actor": datasette.sign({"a": {"id": "ann"}}, "actor")}
    assert (await datasette.client.get(f"{AT}/sources/notes/document", cookies=other)).status_code == 404


@pytest.mark.asyncio
async def test_the_exports_of_a_copy_say_why_there_is_no_bundle(serve: Serve, live: Path) -> None:
    """On their page, and in the line of the refusal."""
    client = serve(live.parent / "public/timeline.db", metadata=SETTING).client
    assert "because the publisher withholds documents that a bundle needs" in (await client.get(f"{AT}/export")).text
    response = await client.get(f"{AT}/export/jsonl")
    assert (response.status_code, response.text.count("\n")) == (400, 1)
    assert "withholds 4 documents or texts" in response.text
