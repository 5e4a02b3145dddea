"""The folder of a report: checked with nothing but its own files, whole or not at all, and never over anything else."""

import re
import shutil
import subprocess
import sys
from base64 import b64decode, b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path

import authority
import pytest
from report_commands import NEWS, everything, run, verify, words

from timeline import Timeline, reports
from timeline.errors import PublishingRefused
from timeline.exchange.exporting.format import About
from timeline.reports import passages

HTML = b"<html><body><script>alert(1)</script><p>The storm came on 3 March 2021.</p></body></html>"


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
    assert len(commands) == 8
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


def test_the_quotations_are_looked_for_in_the_files_of_the_folder(folder: Path) -> None:
    """In letters that can be read; if the words are not where the record says, or the file is another, it says so."""
    run("report", "--source", "news", "--folder", "kept")
    kept, command = folder / "kept", ("--checkpoint", "checkpoint", "--files", "originals", "--files", "texts")
    claim, port = (next((kept / "proofs").glob(name)) for name in ("*claim-version-1*", "*happening-port-version-2*"))
    code, output = verify("verify_proof.py", claim, *command, here=kept)
    assert (code, output.splitlines()[-1]) == (0, "Shown")
    assert '    "quote": "أُغلق الميناء",' in output.splitlines()
    start = NEWS.index("أُغلق")
    place = f"characters {start} to {start + len('أُغلق الميناء')} of {Path('originals/1-news.txt')}"
    assert f"Citation 1, source news, document {Path('originals/1-news.txt')}: its words are at {place}" in output
    code, output = verify("verify_proof.py", port, *command, here=kept)
    assert code == 0
    assert ', with other spaces or signs: "it is “said”"' in output
    code, output = verify("verify_proof.py", claim, "--files", "proofs", here=kept)
    assert (code, "its text is not in these folders" in output) == (0, True)
    assert "--files originals --files texts" in (kept / "README.txt").read_text(encoding="utf-8")


def test_the_checkpoint_is_checked_against_another_copy_of_the_log(folder: Path) -> None:
    """The verifier of logs shows that a copy begins with it, and that a changed copy does not."""
    run("report", "port", "--folder", "kept")
    shutil.copy("timeline.db", "kept/copy.db")
    code, output = verify("verify_log.py", "copy.db", "checkpoint", here=folder / "kept")
    assert (code, output.splitlines()[-1]) == (0, "Shown")
    content = (folder / "kept/copy.db").read_bytes()
    (folder / "kept/copy.db").write_bytes(content.replace(b"The letter gives the day.", b"The letter gives no day.."))
    assert verify("verify_log.py", "copy.db", "checkpoint", here=folder / "kept")[0] == 1


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
    monkeypatch.setattr("timeline.log.log.Log.document", lambda *_: b"altered")
    assert "was altered or removed" in run("report", "port", "--folder", "kept", "--force", code=1).stderr
    assert everything(folder / "kept") == before
    assert not list(folder.glob(".*unfinished*"))


def test_an_event_that_is_redacted_meanwhile_stops_the_report(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would show the words; so nothing is put in place."""
    monkeypatch.setattr("timeline.log.log.Log.scrub", lambda _: None)  # it waits for readers
    with Timeline("timeline.db", read_only=True) as reading, Timeline("timeline.db", by="Ada") as writing:
        about = About.read(reading.log.connection, title="t")
        with passages.drawing(reading.log) as pictures, reports.one_moment(reading) as end:
            contents = reports.gather(reading, about, ["port"])
            writing.redact(3, reason="A court ordered it.")
            with pytest.raises(PublishingRefused, match="redacted meanwhile"):
                reports.write_folder(contents, pictures, folder / "kept", end, replacing=False)
    assert not (folder / "kept").exists()


def test_web_pages_and_messages_open_as_text(folder: Path) -> None:
    """A browser must not run their scripts, nor load their pictures, from a folder that a court opens."""
    (folder / "storm.html").write_bytes(HTML)
    with Timeline("timeline.db", by="Ada") as timeline:
        storm = timeline.archive(folder / "storm.html", id="storm", title="The storm")
        timeline.record("storm", title="It storms", date="2021-03-03", citations=[storm.quote("The storm came")])
    run("report", "happening/storm", "--folder", "kept")
    assert (folder / "kept/originals/1-storm.html.txt").read_bytes() == HTML


def test_a_time_stamp_is_named_and_checked_from_the_folder_alone(folder: Path) -> None:
    """With the certificate of the authority; OpenSSL prints when it saw the checkpoint."""
    certificate = authority.made(folder / "tsa")
    with authority.serving(lambda query: (200, authority.stamped(folder / "tsa", query))) as url:
        stamped = run("checkpoint", "--stamp", url, "--authority", certificate)
        again = ("--stamp", url, "--authority", certificate)
        (folder / "twice").write_text(run("checkpoint", *again, *again).stdout, encoding="utf-8")
    (folder / "stamped").write_text(stamped.stdout, encoding="utf-8")
    (folder / "keys").write_text(stamped.stderr.split("trust this key:\n")[1].splitlines()[0])
    run("report", "port", "--checkpoint", "stamped", "--trust", "keys", "--folder", "kept")
    page = words(folder / "kept/report.html")
    assert re.search(r"a time stamp by 127\.0\.0\.1 \(\w{8}\) at \d+ \w+ \d{4}, [\d:]+ UTC, valid under the key", page)
    assert "python3 -I verify_stamp.py checkpoint --authority CERTIFICATE.pem" in page
    assert "once for each authority" not in page
    run("report", "port", "--checkpoint", "twice", "--out", "twice.html")
    assert "It has 2 time stamps. Run the command once for each authority, with its own certificate." in words(
        folder / "twice.html"
    )
    code, output = verify("verify_stamp.py", "checkpoint", "--authority", certificate, here=folder / "kept")
    assert (code, output.splitlines()[-1]) == (0, "Shown")
    proof = next((folder / "kept/proofs").iterdir())
    assert verify("verify_proof.py", proof, "--checkpoint", "checkpoint", here=folder / "kept")[0] == 0
