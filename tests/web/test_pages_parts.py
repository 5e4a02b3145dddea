"""Cited parts on the pages: a region as a box on the picture, a range in a player, and never in the source's name."""

import re
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from datasette.app import Datasette
from examples import PNG

from timeline import Timeline

sys.path.insert(0, str(Path(__file__).parent.parent))
from test_cited_parts import REGION, recorded, sound

Serve = Callable[..., Datasette]
HERE = "/timeline/-/timeline"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a timeline with a picture and recordings, and a happening that cites a part of each."""
    folder = tmp_path_factory.mktemp("parts")
    (folder / "hall.png").write_bytes(PNG)
    (folder / "bell.wav").write_bytes(sound())
    with Timeline(folder / "timeline.db", by="tester") as timeline:
        timeline.archive(folder / "hall.png", id="hall", title="The <hall>")
        timeline.archive(folder / "bell.wav", id="bell", title="A bell")
        timeline.archive(folder / "bell.wav", id="warden", title="W", transcript="We closed the gate at nine, said the warden.")
        recorded(timeline)
        hostile = timeline.source("hall").describe('<script>alert("x")</script>', fragment=REGION)
        timeline.record("hostile", title="H", date="2003", citations=[hostile])
    return folder / "timeline.db"


@pytest.mark.asyncio
async def test_the_page_of_a_happening_shows_them(serve: Serve, built: Path) -> None:
    """A box on the picture, players with the range, and a description that is no quotation."""
    page = (await serve(built).client.get(f"{HERE}/speech")).text
    assert 'x="10" y="20" width="30" height="40"/>' in page
    assert f'src="{HERE}/sources/hall/image?sha256=' in page
    assert f'<audio src="{HERE}/sources/bell/document#t=0"' in page
    assert f'<audio src="{HERE}/sources/warden/document#t=10,20.5"' in page
    assert "<strong>Described, not quoted:</strong> <bdi>A man at a lectern</bdi>" in page
    assert "in the words of the person who cites it" in page
    assert re.findall("<q>(.*?)</q>", page) == ["at nine"]
    assert "0:10–0:20.5" in page
    assert "style=" not in page.partition("</head>")[2]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("size", "region", "cut"),
    [
        ((100, 1000), "10,20,80,10", ("80.0", "100.0", "10.0", "200.0")),
        ((100, 1000), "0,0,100,51", None),
        ((1000, 100), "10,20,80,10", None),
        ((0, 0), "10,20,80,10", None),
    ],
)
async def test_a_region_of_a_tall_picture_is_also_shown_alone(
    serve: Serve, tmp_path: Path, size: tuple[int, int], region: str, cut: tuple[str, ...] | None
) -> None:
    """On the picture of a whole web page nobody could read it. A large one is clear as it is."""
    (tmp_path / "shot.png").write_bytes(PNG[:16] + struct.pack(">II", *size) + PNG[24:])
    with Timeline(path := tmp_path / "timeline.db", by="tester") as timeline:
        shot = timeline.archive(tmp_path / "shot.png", id="shot", title="A page")
        shown = shot.describe("A headline", fragment=f"xywh=percent:{region}")
        timeline.record("shown", title="Shown", date="2003", citations=[shown])
    for address in ("shown", "sources/shot"):
        page = (await serve(path).client.get(f"{HERE}/{address}")).text
        assert 'class="region picture"' in page
        assert ("region-alone" in page) is (cut is not None)
        if cut:
            width, height, x, y = cut
            assert f'viewBox="0 0 {width} {height}"><image href="{HERE}/sources/shot/image?sha256=' in page
            assert f'x="-{x}" y="-{y}" width="{size[0]}" height="{size[1]}"/>' in page


@pytest.mark.asyncio
async def test_the_page_of_a_source_lists_its_cited_parts(serve: Serve, built: Path) -> None:
    """Each where the happening's page leads to it; a recording is played, and one without words has no text."""
    client = serve(built).client
    for id, anchor in (("hall", "c-speech-1"), ("bell", "c-speech-2")):
        assert f'href="{HERE}/sources/{id}#{anchor}"' in (await client.get(f"{HERE}/speech")).text
        assert f'<li id="{anchor}">' in (await client.get(f"{HERE}/sources/{id}")).text
    bell = (await client.get(f"{HERE}/sources/bell")).text
    assert '<h2 id="recording">Recording</h2>' in bell
    assert "Sound (WAV)" in (await client.get(f"{HERE}/sources")).text
    assert '<h2 id="text">' not in bell
    assert "≠" in bell
    warden = (await client.get(f"{HERE}/sources/warden")).text
    assert "“<bdi>at nine</bdi>”" in warden
    assert '<mark id="c-speech-3"' in warden
    hall = (await client.get(f"{HERE}/sources/hall")).text
    assert "&lt;script&gt;alert" in hall
    assert "<script>alert" not in hall
    assert hall.count('<rect stroke="#000"') == 2


@pytest.mark.asyncio
async def test_a_recording_is_served_in_parts_as_what_it_is(serve: Serve, built: Path) -> None:
    """So that a browser can play it, from our own pages alone."""
    client = serve(built).client
    answer = await client.get(f"{HERE}/sources/bell/document", headers={"Range": "bytes=0-3"})
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (206, b"RIFF", "audio/wav")
    assert answer.headers["content-disposition"].startswith("attachment")
    policy = (await client.get(f"{HERE}/speech")).headers["content-security-policy"]
    assert "media-src 'self';" in policy


@pytest.mark.asyncio
async def test_withheld_documents_are_not_shown_or_played(serve: Serve, built: Path) -> None:
    """The descriptions are: they are the timeline's own words."""
    client = serve(built, metadata={"plugins": {"cited-timeline": {"documents": "cited-passages"}}}).client
    pages = [(await client.get(f"{HERE}/{one}")).text for one in ("speech", "sources/hall", "sources/bell")]
    assert all("/document" not in page for page in pages)
    assert all("A man at a lectern" in page for page in pages[:2])
    assert "A bell rings" in pages[2]


@pytest.mark.asyncio
async def test_the_table_says_that_nothing_is_quoted(serve: Serve, built: Path) -> None:
    """And so do the ready-made queries."""
    client = serve(built).client
    rows = (await client.get("/timeline/citations.json?_shape=array&happening=speech&number=1")).json()
    assert (rows[0]["quote"], rows[0]["grade"], rows[0]["description"]) == ("", "described", "A man at a lectern")
    assert rows[0]["fragment"] == REGION
    table = (await client.get("/timeline/citations?happening=speech&number=1")).text
    address = f"{HERE}/sources/hall?cited=speech-1"
    assert f'href="{address}#c-speech-1"' in table
    assert "no citation of this source" not in (await client.get(address)).text
    assert "no citation of this source" in (await client.get(address.replace("speech-1", "speech-9"))).text


@pytest.mark.asyncio
async def test_a_c2pa_manifest_is_shown_as_a_claim(serve: Serve, tmp_path: Path) -> None:
    """Not validated; what the camera wrote is not shown to everybody."""
    from test_file_claims import FILES, MANIFESTS

    with Timeline(tmp_path / "timeline.db") as timeline:
        for name, content in (("signed", MANIFESTS["jpeg"]), ("plain", FILES["jpeg"])):
            (tmp_path / "a.jpg").write_bytes(content)
            timeline.archive(tmp_path / "a.jpg", id=name, title=name)
    client = serve(tmp_path / "timeline.db").client
    signed = (await client.get(f"{HERE}/sources/signed")).text
    assert (
        "<dt>The file says</dt><dd>A C2PA manifest is in the file, which says that it was made with Cam 1.0; not validated"
        in signed
    )
    plain = (await client.get(f"{HERE}/sources/plain")).text
    assert "The file says" not in plain
    assert "NIKON" not in plain
