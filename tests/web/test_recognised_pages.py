"""Recognised pages: each as a picture beside its text, with the words of quotations marked on it, or a line that says why not."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import scans
from datasette.app import Datasette

from timeline import Timeline
from timeline.documents import recognised
from timeline.originals import scans as shown
from timeline.web.pages import sheets

Serve = Callable[..., Datasette]
SOURCES = "/timeline/-/timeline/sources"
WORDS = (("It", 0, 1, 1, 2, 2), ("met", 0, 3, 1, 5, 2), ("twice.", 1, 1, 3, 5, 4))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a timeline with a picture, a TIFF of two pages and a scanned PDF, each cited once."""
    folder = tmp_path_factory.mktemp("recognised")
    image, second = scans.drawn(*scans.MEETING), scans.drawn("It sat again.")
    exif = image.getexif()
    exif[0x112] = 6
    (folder / "photo.jpg").write_bytes(scans.saved(image.rotate(90, expand=True), "JPEG", exif=exif, quality=95))
    (folder / "fax.tif").write_bytes(scans.saved(image, "TIFF", save_all=True, append_images=[second]))
    (folder / "scan.pdf").write_bytes(scans.pdf(image, second))
    with Timeline(folder / "timeline.db", by="tester") as timeline:
        for name in ("photo.jpg", "fax.tif", "scan.pdf"):
            source = timeline.archive(folder / name, title=name, ocr="eng")
            quote = "council met in" if name == "photo.jpg" else "sat again"
            timeline.record(f"of-{source.id}", title="It meets", date="2025", citations=[source.quote(quote)])
    return folder / "timeline.db"


@pytest.fixture
def archive(built: Path, tmp_path: Path) -> Path:
    """Copy it, for a test to change."""
    return Path(shutil.copy(built, tmp_path / "timeline.db"))


def boxes(page: str) -> list[tuple[float, float, float, float]]:
    """Return the marks of a page: left, top, width, height."""
    return [tuple(map(float, one)) for one in re.findall(r'<rect x="(.+?)" y="(.+?)" width="(.+?)" height="(.+?)"/>', page)]  # type: ignore[misc]


@scans.needs("eng")
@pytest.mark.asyncio
@pytest.mark.parametrize(("id", "number"), [("photo", 1), ("fax", 2), ("scan", 2)])
async def test_quoted_words_are_marked_on_the_picture(
    serve: Serve, archive: Path, monkeypatch: pytest.MonkeyPatch, id: str, number: int
) -> None:
    """On the page that has them, and there alone: ink within the box, and none above or below it."""
    monkeypatch.setattr(sheets, "PATIENCE", 90)
    client = serve(archive).client
    page = (await client.get(f"{SOURCES}/{id}")).text
    assert "Recognised text, see the image." in page
    ((left, top, width, height),) = boxes(page)
    assert f'pages/{number}.png" alt="Page {number} as a picture, with the words of note 1 marked"' in page
    response = await client.get(f"{SOURCES}/{id}/pages/{number}.png")
    assert response.headers["content-type"] == "image/png"
    picture = scans.Image.open(scans.BytesIO(response.content)).convert("L")
    part = [round(2 * side) for side in (left, top, left + width, top + height)]
    assert picture.crop(tuple(part)).getextrema()[0] < 128
    for above in ((part[0], part[1] - 12, part[2], part[1] - 4), (part[0], part[3] + 4, part[2], part[3] + 10)):
        assert picture.crop(above).getextrema()[0] > 128
    assert "ecognised text, see the image" in (await client.get(f"/timeline/-/timeline/of-{id}")).text
    assert "ecognised text, see the image" in (await client.get(SOURCES)).text
    assert (await client.get(f"{SOURCES}/{id}/pages/3.png")).status_code == 404


@scans.needs("eng")
@pytest.mark.asyncio
async def test_pictures_do_not_wait_for_the_marks(serve: Serve, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that takes long is shown without them, and says so; without Tesseract as well."""
    waited = sheets._recognised
    monkeypatch.setattr(sheets, "PATIENCE", 30)

    async def at_once(*arguments: object) -> object:
        monkeypatch.setattr(sheets, "PATIENCE", 0)
        return await waited(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sheets, "_recognised", at_once)
    page = (await serve(archive).client.get(f"{SOURCES}/scan")).text
    assert "not marked on the pictures yet" in page
    assert (page.count("<img"), boxes(page)) == (2, [])
    assert "its place on the page is not certain" not in page
    monkeypatch.undo()
    monkeypatch.setattr(sheets, "PATIENCE", 30)
    monkeypatch.setenv("PATH", str(archive.parent))
    page = (await serve(archive).client.get(f"{SOURCES}/scan")).text
    assert "not marked on the pictures, because the document cannot be recognised without Tesseract" in page
    assert (page.count("<img"), boxes(page)) == (2, [])


def test_the_size_of_a_page_is_that_of_its_picture() -> None:
    """Turned as the camera says, and reduced as it is drawn."""
    image = scans.drawn(*scans.MEETING, size=(6000, 2000))
    exif = image.getexif()
    exif[0x112] = 6
    for content in (scans.saved(image, "JPEG", exif=exif), scans.saved(image, "TIFF", exif=exif), scans.saved(image)):
        (size,) = shown.sizes(content, [1])
        picture = scans.Image.open(scans.BytesIO(shown.picture(content, 1)))
        assert picture.size == (round(size["width"] * 2), round(size["height"] * 2))


def test_a_place_is_certain_or_not_marked() -> None:
    """Where the letters are those of the text; or else where the passage is there once in both."""
    text = "It met\ntwice."
    assert recognised.boxes(text, [(3, 6), (3, 13), (4, 5)], WORDS) == [
        [(3, 1, 5, 2)],
        [(3, 1, 5, 2), (1, 3, 5, 4)],
        [(3, 1, 5, 2)],
    ]
    assert recognised.boxes(f"{text}\nStamp.", [(14, 19)], WORDS) == [None]
    assert recognised.boxes("He met\ntwice.", [(3, 6), (0, 2)], WORDS) == [[(3, 1, 5, 2)], None]
    assert recognised.boxes("He met. We met.", [(3, 6)], WORDS) == [None]
    assert recognised.boxes(text, [(0, 2), (2, 3)], ()) == [None, None]
