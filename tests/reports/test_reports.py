"""Reports: they say what the log says and no more, and each claim is checked without this program; nothing withheld is in one."""

import json
import re
import shutil
import subprocess
import sys
from base64 import b64decode, b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from examples import PNG, Clock, picture

from timeline import Timeline, reports
from timeline.cli import main
from timeline.errors import PublishingRefused
from timeline.exchange.exporting.format import About
from timeline.publishing import withholding
from timeline.reports import passages
from timeline.signing import SigningKey

sys.path.insert(0, str(Path(__file__).parent.parent / "capture"))
import material  # PDFs

PORT = "The port of Tangier was closed on 3 March 2021"
NEWS = "The port stayed open all of 3 March 2021, it is “said”. Unmistakeable words: أُغلق الميناء."
HTML = b"<html><body><script>alert(1)</script><p>The storm came on 3 March 2021.</p></body></html>"


def run(*words: str | Path, code: int = 0) -> Result:
    """Run a command in this process."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a timeline in a folder of its own, with every mark that a happening can have."""
    monkeypatch.chdir(tmp_path)
    pdf = tmp_path / "port.pdf"
    pdf.write_bytes(material.pdf(["An empty page.", f"{PORT}, because of the storm."]))
    with Timeline("timeline.db", by="Ada", clock=Clock()) as timeline:
        letter = timeline.archive(
            pdf, id="letter", title="A <b>letter</b>", author="R. Master", published="2021-03-05", collected_by="Ada",
            collected_from="the port", custody=[{"when": "2022-01-03", "who": "The notary", "what": "received the original"}],
        )  # fmt: skip
        news = timeline.archive(text=NEWS, id="news", title="The news", publisher="The News", language="en")
        said = [letter.quote(PORT), news.quote('it is "said"', stance="disputes", supports="the day")]
        timeline.record("port", title="The port <i>closes</i>", date="2021-03", date_note="The month alone.", citations=said)
        timeline.correct("port", date="2021-03-03~", reason="The letter gives the day.")
        timeline.record(
            "claim", title="إغلاق الميناء", date="2021-03-03", attributed_to="The News", citations=[news.quote("أُغلق الميناء")]
        )
        timeline.record("wrong", title="A ship leaves", date="2021-03-04", citations=[news.quote("Unmistakeable words")])
        timeline.retract("wrong", reason="It did not.", superseded_by="port")
    return tmp_path


def words(page: str | Path) -> str:
    """Return the words of a page, without its style and its data."""
    text = page.read_text(encoding="utf-8") if isinstance(page, Path) else page
    text = re.sub(r"<style>.*?</style>|(?:src|href)=\"data:[^\"]*\"", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def verify(name: str, *arguments: str | Path, here: Path) -> tuple[int, str]:
    """Run a verifier of a folder, alone, and return its exit code and its output."""
    done = subprocess.run([sys.executable, "-I", name, *map(str, arguments)], cwd=here, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


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


def test_a_page_runs_nothing_and_loads_nothing(folder: Path) -> None:
    """What it shows is in it; words of the record are never markup."""
    run("report", "--all", "--out", "all.html")
    text = (folder / "all.html").read_text(encoding="utf-8")
    assert not re.search(r"<script|<link|<iframe|@import|url\(|\son\w+=", text)
    assert all(one.startswith("data:image/png;base64,") for one in re.findall(r'src="([^"]*)"', text))
    assert all(one.startswith(("#", "data:application/octet-stream")) for one in re.findall(r'href="([^"]*)"', text))
    assert "<i>closes</i>" not in text


def test_the_page_alone_holds_what_the_verifier_needs(folder: Path) -> None:
    """A proof and the checkpoint, saved from the page, are checked by the stand-alone verifier."""
    run("report", "port")
    text = (folder / "port.html").read_text(encoding="utf-8")
    saved = re.findall(r'download="([^"]+)" href="data:application/octet-stream;base64,([^"]+)"', text)
    for name, content in saved:
        (folder / name).write_bytes(b64decode(content))
    assert len(saved) == 5
    standalone = Path(reports.__file__).parent.parent / "standalone" / "verify_proof.py"
    for name, _ in saved[:-1]:
        code, output = verify(str(standalone), name, "--checkpoint", "checkpoint", here=folder)
        assert (code, output.splitlines()[-1]) == (0, "Shown")
        assert name in text
    assert unescape(text.split('<pre id="checkpoint">')[1].split("</pre>")[0]) == (folder / "checkpoint").read_text()


def test_a_folder_is_checked_with_nothing_but_its_own_files(folder: Path) -> None:
    """Every command of its README runs; a file that was changed is named by one of them."""
    run("report", "--source", "letter", "--folder", "kept")
    kept = folder / "elsewhere"
    shutil.move("kept", kept)
    assert (kept / "originals/1-letter.pdf").read_bytes() == (folder / "port.pdf").read_bytes()
    assert (kept / "texts/2-news.txt").read_text(encoding="utf-8") == NEWS
    shutil.copy("timeline.db", kept / "timeline.db")
    commands = re.findall(r"^    (\S.+)$", (kept / "README.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(commands) == 6
    for command in commands:
        if not command.startswith("shasum"):
            line = command.replace("python3", sys.executable)
            done = subprocess.run(["sh", "-c", line], cwd=kept, capture_output=True, text=True, check=False)
            assert done.returncode == 0, (command, done.stdout, done.stderr)
            assert "NOT SHOWN" not in done.stdout
    listed = dict(reversed(line.split("  ")) for line in (kept / "SHA256SUMS").read_text().splitlines())
    there = {one.relative_to(kept).as_posix(): one for one in kept.rglob("*") if one.is_file()}
    assert listed.keys() == there.keys() - {"SHA256SUMS", "timeline.db"}
    assert all(sha256(there[name].read_bytes()).hexdigest() == listed[name] for name in listed)
    page = (kept / "report.html").read_text(encoding="utf-8")
    assert all((kept / address).exists() for address in re.findall(r'href="([^"#]+)"', page) if not address.startswith("#"))


def test_a_folder_that_was_tampered_with_is_recognised(folder: Path) -> None:
    """A changed word in a proof is not shown, and a changed document has another hash than the record."""
    run("report", "port", "--folder", "kept")
    proof = next((folder / "kept/proofs").glob("*port-version-1*"))
    code, output = verify("verify_proof.py", proof, "--checkpoint", "checkpoint", here=folder / "kept")
    assert (code, output.splitlines()[-1]) == (0, "Shown")
    (_, extra, *_) = lines = proof.read_text().split("\n")
    altered = b64decode(extra.removeprefix("extra ")).replace(b"The port", b"No port!")
    lines[1] = f"extra {b64encode(altered).decode()}"
    proof.write_text("\n".join(lines))
    code, output = verify("verify_proof.py", proof, "--checkpoint", "checkpoint", here=folder / "kept")
    assert (code, output.splitlines()[-1]) == (1, "Not shown")
    document = folder / "kept/originals/1-letter.pdf"
    document.write_bytes(document.read_bytes() + b" ")
    done = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=folder / "kept", capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "originals/1-letter.pdf: FAILED" in done.stdout
    assert sha256(document.read_bytes()).hexdigest() not in (folder / "kept/report.html").read_text(encoding="utf-8")


def test_the_checkpoint_is_checked_against_another_copy_of_the_log(folder: Path) -> None:
    """The verifier of logs shows that a copy begins with it, and that a changed copy does not."""
    run("report", "port", "--folder", "kept")
    shutil.copy("timeline.db", "kept/copy.db")
    code, output = verify("verify_log.py", "copy.db", "checkpoint", here=folder / "kept")
    assert (code, output.splitlines()[-1]) == (0, "Shown")
    content = (folder / "kept/copy.db").read_bytes()
    (folder / "kept/copy.db").write_bytes(content.replace(b"The letter gives the day.", b"The letter gives no day.."))
    assert verify("verify_log.py", "copy.db", "checkpoint", here=folder / "kept")[0] == 1


def everything(place: Path) -> bytes:
    """Return the bytes of a page or of all files of a folder, with the data that pages and proofs hold in base64."""
    files = [place] if place.is_file() else [one for one in place.rglob("*") if one.is_file()]
    content = b"".join(one.read_bytes() for one in files)
    return content + b"".join(b64decode(one) for one in re.findall(rb"[A-Za-z0-9+/]{40,}={0,2}", content) if len(one) % 4 == 0)


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


def test_nothing_is_overwritten_without_force(folder: Path) -> None:
    """And with it, only an earlier report: never a folder with anything else, nor a database."""
    run("report", "port")
    before = (folder / "port.html").read_bytes()
    assert "exists already" in run("report", "port", code=1).stderr
    assert (folder / "port.html").read_bytes() == before
    run("report", "port", "--force", "--title", "Another")
    assert (folder / "port.html").read_bytes() != before
    assert "is a database" in run("report", "port", "--out", "timeline.db", "--force", code=1).stderr
    run("report", "port", "--folder", "kept")
    assert "exists already" in run("report", "port", "--folder", "kept", code=1).stderr
    run("report", "claim", "--folder", "kept", "--force")
    assert "إغلاق" in words(folder / "kept/report.html")
    assert not list((folder / "kept/originals").glob("*letter*"))
    (folder / "kept/mine.txt").write_text("mine")
    assert "it holds mine.txt" in run("report", "port", "--folder", "kept", "--force", code=1).stderr
    (folder / "other").mkdir()
    (folder / "other/README.txt").write_text("mine")
    assert "it holds README.txt" in run("report", "port", "--folder", "other", "--force", code=1).stderr
    assert (folder / "other/README.txt").read_text() == "mine"
    assert not list(folder.glob(".*unfinished*"))


def test_a_folder_that_cannot_be_finished_leaves_the_former_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document whose bytes were altered in the file stops the report; nothing is left over."""
    run("report", "port", "--folder", "kept")
    before = everything(folder / "kept")
    monkeypatch.setattr("timeline.log.Log.document", lambda *_: b"altered")
    assert "was altered or removed" in run("report", "port", "--folder", "kept", "--force", code=1).stderr
    assert everything(folder / "kept") == before
    assert not list(folder.glob(".*unfinished*"))


def test_an_event_that_is_redacted_meanwhile_stops_the_report(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would show the words; so nothing is put in place."""
    monkeypatch.setattr("timeline.log.Log.scrub", lambda _: None)  # it waits for readers
    with Timeline("timeline.db", read_only=True) as reading, Timeline("timeline.db", by="Ada") as writing:
        about = About.read(reading.log.connection, title="t")
        with passages.drawing(reading.log) as pictures, reports.one_moment(reading) as end:
            contents = reports.gather(reading, about, ["port"])
            writing.redact(3, reason="A court ordered it.")
            with pytest.raises(PublishingRefused, match="redacted meanwhile"):
                reports.write_folder(contents, pictures, folder / "kept", end, replacing=False)
    assert not (folder / "kept").exists()


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


def test_web_pages_and_messages_open_as_text(folder: Path) -> None:
    """A browser must not run their scripts, nor load their pictures, from a folder that a court opens."""
    (folder / "storm.html").write_bytes(HTML)
    with Timeline("timeline.db", by="Ada") as timeline:
        storm = timeline.archive(folder / "storm.html", id="storm", title="The storm")
        timeline.record("storm", title="It storms", date="2021-03-03", citations=[storm.quote("The storm came")])
    run("report", "happening/storm", "--folder", "kept")
    assert (folder / "kept/originals/1-storm.html.txt").read_bytes() == HTML


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


def material_base64() -> str:
    """Return a PDF in base64, as an export has it."""
    return b64encode(material.pdf(["He left."])).decode()


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


def test_documents_that_are_cited_in_turn_each_have_their_pictures(folder: Path) -> None:
    """More of them than there are processes; the passage over two pages has a picture of each."""
    with Timeline("timeline.db", by="Ada") as timeline:
        cited = []
        for number in range(passages.PROCESSES + 2):
            (folder / "one.pdf").write_bytes(material.pdf([f"Number {number} ends", f"here, says {number}"]))
            source = timeline.archive(folder / "one.pdf", id=f"s{number}", title="One")
            cited.append(source.quote(f"Number {number}"))
            cited.append(source.quote(source.text.strip()))
        timeline.record("many", title="Many", date="1962", citations=[*cited[::2], *cited[1::2]])
    result = run("report", "many")
    assert "could not be drawn" not in result.stderr
    text = (folder / "many.html").read_text(encoding="utf-8")
    drawn = re.findall(r'<figure class="passage"><img [^>]*src="data:image/png;base64,([^"]+)"', text)
    assert len(drawn) == len(set(drawn)) == 3 * (passages.PROCESSES + 2)
