"""The pictures of a report: of the quoted passages, of regions and scans, and what is said where there is none."""

import re
import shutil
import struct
import sys
from base64 import b64decode, b64encode
from io import BytesIO
from pathlib import Path

import pytest
import scans
from examples import PNG, picture
from report_commands import material_base64, run, words

from timeline import Timeline
from timeline.reports import passages

sys.path.insert(0, str(Path(__file__).parent.parent / "capture"))
import material  # PDFs


def test_a_passage_that_cannot_be_drawn_says_why(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is room for no more pictures, or the process fails: a line is there instead, and the command counts them."""
    monkeypatch.setattr(passages, "ALL", 100)
    result = run("report", "port")
    assert "1 picture of passages could not be drawn" in result.stderr
    assert "as many pictures as it may hold" in words(folder / "port.html")


def test_words_whose_place_is_not_certain_are_not_marked(folder: Path) -> None:
    """The text of this PDF was given by a person, so no letter of the page is certain."""
    with Timeline("timeline.db", by="Ada") as timeline:
        entry = {"base64": material_base64(), "text": "Quite other words.", "extractor": "x", "media_type": "application/pdf"}
        given = timeline.archive(id="given", title="Given", **entry)
        timeline.record("other", title="Other", date="2021", citations=[given.quote("other words")])
    run("report", "other", "--out", "other.html")
    assert "the document does not show for certain where on page 1 these words are" in words(folder / "other.html")


def test_a_picture_is_shown_with_the_happening(folder: Path) -> None:
    """A small picture of a happening is in the page, and it is among the sources."""
    with Timeline("timeline.db", by="Ada") as timeline:
        timeline.archive(**picture("hall"))
        timeline.correct("claim", media=[{"source": "hall", "alt": "A hall"}], reason="A picture.")
    run("report", "claim", "--folder", "kept")
    assert '<img alt="A hall" src="data:image/png;base64,' in (folder / "kept/report.html").read_text(encoding="utf-8")
    assert (folder / "kept/originals/2-hall.png").read_bytes() == PNG + b"hall"


def test_a_picture_whose_words_a_person_wrote_down_is_shown_whole(folder: Path) -> None:
    """No place in it is marked, and the page says who read the words."""
    (folder / "hall.png").write_bytes(PNG)
    with Timeline("timeline.db", by="Ada") as timeline:
        hall = timeline.archive(folder / "hall.png", id="hall", title="A plaque", transcript="Opened in 1962.")
        timeline.record("hall", title="The hall opens", date="1962", citations=[hall.quote("Opened in 1962")])
    run("report", "hall", "--out", "a.html")
    text = (folder / "a.html").read_text(encoding="utf-8")
    assert f'src="data:image/png;base64,{b64encode(PNG).decode()}"' in text
    assert "The document, a picture: a person wrote down its words, no place in it is marked." in words(text)


def test_a_region_is_marked_on_the_picture_and_a_description_is_no_quotation(folder: Path) -> None:
    """The words say whose they are; a recording has its range, and how to judge is said at the end."""
    (folder / "hall.png").write_bytes(PNG)
    (folder / "bell.mp3").write_bytes(b"ID3 and sound")
    with Timeline("timeline.db", by="Ada") as timeline:
        hall = timeline.archive(folder / "hall.png", id="hall", title="A hall")
        bell = timeline.archive(folder / "bell.mp3", id="bell", title="A bell")
        cited = [hall.describe("A man", fragment="xywh=percent:10,20,30,40"), bell.describe("It rings", fragment="t=5,61")]
        timeline.record("hall", title="The hall opens", date="1962", citations=cited)
    run("report", "hall", "--folder", "kept")
    text, page = (folder / "kept/report.html").read_text(encoding="utf-8"), words(folder / "kept/report.html")
    assert '<rect x="10" y="20" width="30" height="40"/>' in text
    assert "The document, a picture: the report marks the region; the document does not." in page
    assert "Described, not quoted: A man Description 1.1 : Source 1 , A hall , the region 10% from the left" in page
    assert "How it matched: described: in the words of the person who cites it" in page
    assert "Source 2 , A bell , 0:05–1:01" in page
    assert "A description is not in the document" in page
    assert "“A man”" not in page
    assert (folder / "kept/originals/2-bell.mp3").read_bytes() == b"ID3 and sound"


def test_a_small_region_is_also_shown_alone(folder: Path) -> None:
    """On the picture of a whole web page nobody could read it. A large one is clear as it is; so is a region that fails."""
    image = pytest.importorskip("PIL.Image")
    shot = image.new("RGB", (300, 3000), "white")
    shot.paste("red", (30, 600, 270, 900))
    shot.save(folder / "shot.png")
    with Timeline("timeline.db", by="Ada") as timeline:
        source = timeline.archive(folder / "shot.png", id="shot", title="A page")
        for id, region in (("small", "10,20,80,10"), ("large", "0,0,100,51")):
            timeline.record(id, title=id, date="1962", citations=[source.describe("Red", fragment=f"xywh=percent:{region}")])
    run("report", "small", "--out", "a.html")
    (alone,) = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', (folder / "a.html").read_text(encoding="utf-8"))
    cut_out = image.open(BytesIO(b64decode(alone)))
    assert cut_out.size == (240, 300)
    assert all(high - low < 20 for low, high in cut_out.getextrema()), "nothing but red"
    assert words(folder / "a.html").count("The region alone, cut out of the document.") == 1
    assert "the report marks the region" in words(folder / "a.html")
    run("report", "large", "--out", "b.html")
    assert "The region alone" not in words(folder / "b.html")


def test_in_print_a_picture_stays_with_its_words(folder: Path) -> None:
    """Wherever a page ends: what is described, and the caption of its picture, are on the same one."""
    playwright = pytest.importorskip("playwright.sync_api")
    if (program := next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium"))), None)) is None:
        pytest.skip("no Chromium here")
    (folder / "hall.png").write_bytes(scans.saved(scans.drawn("The hall")))
    with Timeline("timeline.db", by="Ada") as timeline:
        hall = timeline.archive(folder / "hall.png", id="hall", title="A hall")
        for number in range(1, 8):
            cited = [hall.describe(f"Sitting {number}.{place}.", fragment="xywh=percent:0,0,90,90") for place in range(number)]
            timeline.record(f"sitting-{number}", title=f"Sitting {number}", date="1962", citations=cited)
    run("report", "--source", "hall", "--out", "a.html")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page()
        page.goto((folder / "a.html").as_uri())
        page.pdf(path=folder / "a.pdf", prefer_css_page_size=True)
        browser.close()
    pypdfium2 = pytest.importorskip("pypdfium2")
    texts = [one.get_textpage().get_text_bounded() for one in pypdfium2.PdfDocument(folder / "a.pdf")]
    shown = [(len(re.findall("not quoted:", text)), len(re.findall("The document, a picture", text))) for text in texts]
    assert sum(words for words, _ in shown) == 28
    assert all(words == pictures for words, pictures in shown), shown


def test_a_manifest_in_a_photograph_is_shown_as_a_claim(folder: Path) -> None:
    """Nobody validated it, and the report says so."""
    box = b"\0\0\0\x40jumb\0\0\0\x19jumdc2pa\0\x11\0\x10c2pa\0 oclaim_generatorgCam 1.0 rest"
    signed = PNG[:33] + struct.pack(">I", len(box)) + b"caBX" + box + bytes(4) + PNG[33:]
    (folder / "signed.png").write_bytes(signed)
    with Timeline("timeline.db", by="Ada") as timeline:
        cited = [timeline.archive(folder / "signed.png", id="s", title="S").describe("A man", fragment="xywh=percent:0,0,9,9")]
        timeline.record("signed", title="Signed", date="1962", citations=cited)
    run("report", "signed", "--out", "a.html")
    claim = "The file says A C2PA manifest is in the file, which says that it was made with Cam 1.0; not validated"
    assert claim in words(folder / "a.html")


def test_a_scan_and_a_large_picture_are_shown_in_a_smaller_copy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of the scan that is cited, upright; and a photograph with more bytes than a report has room for."""
    image = pytest.importorskip("PIL.Image")
    pages = [image.new("RGB", (40, 60), colour) for colour in ("red", "blue")]
    pages[0].save(folder / "fax.tif", save_all=True, append_images=pages[1:])
    pages[1].save(folder / "photo.png")
    monkeypatch.setattr(passages, "LARGEST_PICTURE", 50)
    with Timeline("timeline.db", by="Ada") as timeline:
        fax = timeline.archive(folder / "fax.tif", id="fax", title="A fax", transcript="One.\fTwo.")
        photo = timeline.archive(folder / "photo.png", id="photo", title="A photograph")
        cited = [fax.quote("Two"), photo.describe("A corner", fragment="xywh=percent:0,0,5,5")]
        timeline.record("fax", title="A fax comes", date="1962", citations=cited)
    run("report", "fax", "--out", "a.html")
    page = words(folder / "a.html")
    assert "The document, in a smaller copy: the report marks the region" in page
    assert "of the document, in a smaller copy: a person wrote down its words, no place in it is marked." in page
    drawn = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', (folder / "a.html").read_text(encoding="utf-8"))
    assert [image.open(BytesIO(b64decode(one))).size for one in drawn] == [(40, 60), (2, 3), (40, 60)]
    (folder / "fax.tif").write_bytes(b"II*\0")
    with Timeline("timeline.db", by="Ada") as timeline:
        broken = timeline.archive(folder / "fax.tif", id="broken", title="A fax", transcript="One.")
        timeline.record("broken", title="B", date="1962", citations=[broken.quote("One")])
    run("report", "broken", "--out", "b.html")
    assert "There is no picture of it: the document is not a sound" in words(folder / "b.html")


@scans.needs("eng")
def test_a_quotation_from_a_recognised_scan_is_marked_on_it(folder: Path) -> None:
    """Of a TIFF, a picture or a PDF, the lines around it, with its words marked; where the place is not certain, the page."""
    image, second = scans.drawn(*scans.MEETING), scans.drawn("It sat again.")
    (folder / "fax.tif").write_bytes(scans.saved(image, "TIFF", save_all=True, append_images=[second]))
    (folder / "photo.png").write_bytes(scans.saved(image, "PNG"))
    (folder / "scan.pdf").write_bytes(scans.pdf(image, second))
    with Timeline("timeline.db", by="Ada") as timeline:
        sources = {name: timeline.archive(folder / name, title=name, ocr="eng") for name in ("fax.tif", "photo.png", "scan.pdf")}
        quotes = {"fax.tif": "sat again", "photo.png": "council met in", "scan.pdf": "sat again"}
        cited = [sources[name].quote(words) for name, words in quotes.items()]
        timeline.record("met", title="It meets", date="2025", citations=cited)
    run("report", "met", "--out", "a.html")
    page, text = words(folder / "a.html"), (folder / "a.html").read_text(encoding="utf-8")
    for expected in ("From page 2 of the document. The report marks", "From the document. The report marks the words"):
        assert expected in page
    from PIL import Image

    drawn = [Image.open(BytesIO(b64decode(one))) for one in re.findall(r'src="data:image/jpeg;base64,([^"]+)"', text)]
    assert len(drawn) == 3
    for one in drawn:
        marked = [count for count, (red, _, blue) in one.getcolors(one.width * one.height) or () if red - blue > 100]  # type: ignore[misc]
        assert 0.002 < sum(marked) / (one.width * one.height) < 0.5
        assert one.height < one.width / 2


def test_documents_that_are_cited_in_turn_each_have_their_pictures(folder: Path) -> None:
    """More of them than there are processes; the passage over two pages has a picture of each."""
    with Timeline("timeline.db", by="Ada") as timeline:
        cited = []
        for number in range(passages.PROCESSES + 2):
            (folder / "one.pdf").write_bytes(material.pdf([f"Number {number} ends", f"here, says {number}"]))
            source = timeline.archive(folder / "one.pdf", id=f"s{number}", title="One")
            cited.append(source.quote(f"Number {number}"))
            cited.append(source.quote(source.text.strip().replace("\f", " ")))
        timeline.record("many", title="Many", date="1962", citations=[*cited[::2], *cited[1::2]])
    result = run("report", "many")
    assert "could not be drawn" not in result.stderr
    text = (folder / "many.html").read_text(encoding="utf-8")
    drawn = re.findall(r'<figure class="passage"><img [^>]*src="data:image/png;base64,([^"]+)"', text)
    assert len(drawn) == len(set(drawn)) == 3 * (passages.PROCESSES + 2)


def test_with_an_archived_page_comes_what_was_drawn_of_it(folder: Path) -> None:
    """And with its picture the page: as sources of their own, with proofs, and the picture to be seen."""
    with Timeline(folder / "timeline.db", by="Ann") as timeline:
        page = timeline.archive(text="Roe signed decree 17.", id="notice", title="A notice", url="https://example.org/notice")
        drawn = {"collected_from": page.stream, "url": "https://example.org/notice"}
        picture_of_page = timeline.archive(**picture("notice-screenshot", **drawn))
        other = timeline.archive(text="A seal was set.", id="unrelated", title="Unrelated", collected_from="notice")
        timeline.record("decree", title="A decree", date="2024", citations=[page.quote("signed decree 17")])
        seal = [{"source": picture_of_page.id, "alt": "A seal"}]
        timeline.record("seal", title="A seal", date="2024", media=seal, citations=[other.quote("A seal was set")])
    run("report", "decree", "--folder", "decree")
    told = words(folder / "decree" / "report.html")
    assert "Drawn as Source 2" in told
    assert "Drawn from Source 1" in told
    assert "The page as a browser drew it" in told
    assert "Unrelated" not in told
    assert [one.name for one in sorted((folder / "decree" / "originals").iterdir())] == ["1-notice.txt", "2-notice-screenshot.png"]
    run("report", "seal", "--out", "seal.html")
    assert "A notice" in words(folder / "seal.html")
    run("report", "--source", "notice", "--as-of", str(page.position), "--out", "then.html")
    assert "Drawn as" not in words(folder / "then.html"), "it was not there then"
