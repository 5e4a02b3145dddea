"""Reports: they say what the log says and no more, and nothing that was redacted or is withheld is in one."""

import json
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from report_commands import PORT, everything, run, words

from timeline import Timeline
from timeline.proof.signing import SigningKey
from timeline.publishing import withholding

sys.path.insert(0, str(Path(__file__).parent.parent / "capture"))


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
