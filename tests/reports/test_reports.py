"""Reports: they say what the log says and no more, and nothing that was redacted or is withheld is in one."""

import json
import re
import shutil
import struct
import subprocess
import sys
from base64 import b64decode, b64encode
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
import scans
from examples import PNG, picture
from report_commands import PORT, everything, material_base64, run, words

from timeline import Timeline
from timeline.publishing import withholding
from timeline.reports import passages
from timeline.signing import SigningKey

sys.path.insert(0, str(Path(__file__).parent.parent / "capture"))
import material  # PDFs


def test_a_report_has_all_that_the_log_says_of_a_happening(folder: Path) -> None:
    """Its date and how it was read, its marks with their history, its quotations word for word, and its sources."""
    assert "port.html: 1 happening, 2 sources, 4 proofs" in run("report", "port", "--by", "The editors").output
    page = words(folder / "port.html")
    for expected in (
        "Made by The editors",
        "1 happening. As of position 7 of the log, 1 January 2026. 2 sources.",
        "The port <i>closes</i>",
        "About 3 March 2021 (EDTF: 2021-03-03~ )",
        "On the date: The month alone.",
        "The timeline states this in its own words, on the strength of its quotations.",
        "Corrected on 1 January 2026: The letter gives the day.",
        "Disputed: a source says otherwise, see quotation 1.2",
        f"“{PORT}” Quotation 1.1 : Source 1 , A <b>letter</b> , page 2",
        "How it matched: exact: the same words, character for character",
        "How it matched: typographic: the same words, with other quotation marks",
        "Quotation 1.2 , which disputes this",
        "Cited for: the day",
        "2 1 January 2026, 00:00:04 UTC Ada Corrected: The letter gives the day. Date : March 2021 (2021-03) → About 3 March 2021",
        "Collected by Ada, from the port",
        "Custody: 3 January 2022, The notary, received the original",
        "This does not prove",
    ):
        assert expected in page, expected
    assert sha256((folder / "port.pdf").read_bytes()).hexdigest() in page
    assert "wrong" not in page


def test_a_claim_and_a_retraction_say_so(folder: Path) -> None:
    """A claim is somebody's; a retracted happening is no longer stated, and leads to the one that replaces it."""
    run("report", "--all", "--out", "all.html")
    text = (folder / "all.html").read_text(encoding="utf-8")
    page = words(text)
    assert "A claim, according to The News . The timeline records who says so, not that it is so." in page
    assert "The timeline no longer states this." in page
    assert "Retracted on 1 January 2026: It did not." in page
    assert '<b>See instead:</b> <a href="#entry-2"><bdi>The port &lt;i&gt;closes&lt;/i&gt;</bdi></a>' in text
    assert re.findall(r'<li value="(\d)">', text) == ["1", "2", "3"]
    assert '<h3 dir="auto">1. إغلاق الميناء</h3>' in text


def test_a_report_has_the_reviews(folder: Path) -> None:
    """What they come to beside the facts, and each in the history, with its proof."""
    with Timeline(folder / "timeline.db", by="Second") as second:
        second.review("port", verdict="doubted", comment="The log of the <harbour> differs")
    assert "1 happening, 2 sources, 5 proofs" in run("report", "port").output
    page = words(folder / "port.html")
    assert "Review: doubted by a second person" in page
    assert "Second Reviewed: doubted version 2: The log of the <harbour> differs" in page


def test_a_page_runs_nothing_and_loads_nothing(folder: Path) -> None:
    """What it shows is in it; words of the record are never markup."""
    run("report", "--all", "--out", "all.html")
    text = (folder / "all.html").read_text(encoding="utf-8")
    assert not re.search(r"<script|<link|<iframe|@import|url\(|\son\w+=", text)
    assert all(one.startswith("data:image/png;base64,") for one in re.findall(r'src="([^"]*)"', text))
    assert all(one.startswith(("#", "data:application/octet-stream")) for one in re.findall(r'href="([^"]*)"', text))
    assert "<i>closes</i>" not in text


@pytest.mark.parametrize("target", [("--out", "one.html"), ("--folder", "kept")])
def test_a_redacted_document_is_not_in_a_report(folder: Path, target: tuple[str, str]) -> None:
    """Neither its bytes, nor its text, nor a picture of it; the report says by whom and why it was redacted."""
    with Timeline("timeline.db", by="Ada") as timeline:
        for position in (1, 3, 4):
            timeline.redact(position, reason="A court ordered it.")
    run("report", "--all", *target)
    content = everything(folder / target[1])
    assert b"because of the storm" not in content
    assert PORT.encode() not in content
    assert b"R. Master" not in content
    assert (folder / "port.pdf").read_bytes() not in content
    page = words(folder / target[1] if target[0] == "--out" else folder / "kept/report.html")
    assert "its words were redacted on" in page
    assert "by Ada : A court ordered it." in page
    assert "port (redacted)" in page


def test_a_document_that_was_redacted_with_its_source_leaves_the_words_that_others_quote(folder: Path) -> None:
    """The quotation is still in the log, so the report has it; the document is not in it, even if the file still has it."""
    with Timeline("timeline.db", by="Ada") as timeline:
        timeline.redact(1, reason="A court ordered it.")
    run("report", "port", "--folder", "kept")
    assert not (folder / "kept/originals/1-letter.pdf").exists()
    page = words(folder / "kept/report.html")
    assert "because of the storm" not in page
    assert PORT in page
    assert "not in this report: the record of this source was redacted" in page


def test_a_document_that_was_redacted_with_a_happening_leaves_the_record_of_its_source(folder: Path) -> None:
    """Its hash stays, and nobody redacted that record."""
    document = sha256((folder / "port.pdf").read_bytes()).hexdigest()
    with Timeline("timeline.db", by="Ada") as timeline:
        for position in (3, 4):
            timeline.redact(position, reason="A court ordered it.")
    run("report", "--source", "letter", "--folder", "kept")
    assert not (folder / "kept/originals").exists()
    page = words(folder / "kept/report.html")
    assert f"{document} , not in this report: it was redacted" in page
    assert "the record of this source was redacted" not in page


def test_withheld_documents_are_not_in_a_report(folder: Path) -> None:
    """The setting of the project withholds them; the hashes and the quotations stay."""
    (folder / "metadata.json").write_text(json.dumps({"plugins": {"cited-timeline": {"documents": "cited-passages"}}}))
    run("report", "port", "--folder", "kept")
    assert b"because of the storm" not in everything(folder / "kept/report.html")
    assert not (folder / "kept/originals").exists()
    assert not (folder / "kept/texts").exists()
    page = words(folder / "kept/report.html")
    assert "not in this report: its publisher withholds it" in page
    assert "There is no picture of the passage: its publisher withholds it." in page
    assert sha256((folder / "port.pdf").read_bytes()).hexdigest() in page
    (folder / "metadata.json").write_text('{"plugins": {"cited-timeline": {"documents": "cited"}}}')
    assert "documents" in run("report", "port", code=1).stderr


def test_a_published_copy_without_documents_gives_a_report(folder: Path) -> None:
    """Its hashes are there, and the words say who withholds the documents."""
    shutil.copy("timeline.db", "copy.db")
    withholding.withhold(folder / "copy.db")
    run("report", "port", "--db", "copy.db")
    assert "its publisher withholds it" in words(folder / "port.html")


def test_a_signed_checkpoint_is_named_with_the_key_that_was_trusted(folder: Path) -> None:
    """Without a key, the page says that nothing was checked; a key that has not signed is refused."""
    key, other = SigningKey.new("example.org/log"), SigningKey.new("example.org/other")
    with Timeline("timeline.db") as timeline:
        (folder / "signed").write_text(str(timeline.checkpoint(key)))
    run("report", "port", "--checkpoint", "signed")
    page = words(folder / "port.html")
    assert "a signature by example.org/log" in page
    assert "not checked: no public key of it was given" in page
    assert "It is the one that was given to the program as a file" in page
    run("report", "port", "--checkpoint", "signed", "--trust", str(key.public), "--folder", "kept")
    page = words(folder / "kept/report.html")
    assert f"valid under the key that was given to the program {key.public}" in page
    command = re.search(
        r"^    python3 (-I verify_proof.py proofs/\S+ --checkpoint .*)$", (folder / "kept/README.txt").read_text(), re.M
    )
    assert command is not None
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} {command[1]}"], cwd=folder / "kept", capture_output=True, text=True, check=True
    )
    assert "signed by example.org/log" in done.stdout
    assert "not by" in run("report", "port", "--trust", str(other.public), "--force", code=1).stderr
    run("report", "claim")
    assert "The timeline's file states that it was stored on" in words(folder / "claim.html")


def test_a_checkpoint_that_does_not_cover_the_report_is_refused(folder: Path) -> None:
    """And one of another log; nothing is written."""
    with Timeline("timeline.db", by="Ada") as timeline:
        (folder / "early").write_text(str(timeline.checkpoint()))
        timeline.correct("port", title="It closes", reason="Shorter.")
    assert "covers 7 events. Give a later one" in run("report", "port", "--checkpoint", "early", code=1).stderr
    (folder / "forged").write_text((folder / "early").read_text().replace("\n7\n", "\n6\n"))
    assert "its past was changed" in run("report", "claim", "--checkpoint", "forged", code=1).stderr
    assert not list(folder.glob("*.html"))


def test_a_report_as_of_a_position_says_so(folder: Path) -> None:
    """It has the version of that time, its history until then, and a warning."""
    run("report", "port", "--as-of", "3")
    page = words(folder / "port.html")
    assert "March 2021 (EDTF: 2021-03 )" in page
    assert "This is an earlier state." in page
    assert "The letter gives the day" not in page


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "Name a happening"),
        (("--all", "port"), 2, "leave the others out"),
        (("port", "--out", "a.html", "--folder", "b"), 2, "leave one of them out"),
        (("prot",), 1, "Did you mean port?"),
        (("--source", "leter"), 1, "Did you mean source/letter?"),
        (("port@1",), 1, "is version 1, and the last one is 2"),
        (("port", "--as-of", "2"), 1, "It was recorded later"),
        (("port", "--db", "none.db"), 1, "no such file"),
        (("port", "--metadata", "none.json"), 1, "none.json"),
    ],
)
def test_a_mistake_is_one_line_with_the_next_step(arguments: tuple[str, ...], code: int, message: str, folder: Path) -> None:
    """And nothing is written."""
    result = run("report", *arguments, code=code)
    assert message in result.stderr
    assert result.stderr.splitlines()[-1].startswith("Error: ")
    assert not list(folder.glob("*.html"))


def test_a_source_is_reported_with_all_that_cite_it(folder: Path) -> None:
    """Retracted happenings too, in the order of time; a source in a report brings the other sources of its happenings."""
    run("report", "--source", "news")
    page = words(folder / "news.html")
    places = [page.index(one) for one in ("1. إغلاق", "2. The port", "3. A ship")]
    assert places == sorted(places)
    assert "Cited in 1.1 , 2.2 , 3.1" in page


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
