"""Time stamps of checkpoints (RFC 3161), by an authority of our own that OpenSSL runs on this machine."""

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import authority
import pytest
from click.testing import CliRunner
from examples import PROJECT

from timeline import ArchivedSource, Timeline
from timeline.cli import main
from timeline.errors import KeyRefused, NoteInvalid, TimelineError
from timeline.merkle import Key, Note
from timeline.proof import stamps

pytest.importorskip("rfc3161_client")
pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL is not installed")
TEXT = "example.org/log\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
ALONE = PROJECT / "timeline" / "standalone" / "verify_stamp.py"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the authority."""
    folder = tmp_path_factory.mktemp("stamping") / "one"
    authority.made(folder)
    return folder


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    """Serve it."""
    with authority.serving(lambda query: (200, authority.stamped(folder, query))) as url:
        yield url


def refused(url: str, folder: Path, seconds: float = 5.0) -> str:
    """Ask for a stamp that is to be refused, and give the one line that says so."""
    with pytest.raises(NoteInvalid) as refusal:
        stamps.stamp(TEXT, url, stamps.authority(url, folder / "ca.pem"), seconds=seconds)
    line = str(refusal.value)
    assert line.isprintable()
    return line


def test_a_stamp_is_checked_offline(url: str, folder: Path) -> None:
    """As a signature line of the checkpoint, by the certificate that is trusted, and for this text alone."""
    key = stamps.authority(url, folder / "ca.pem")
    signature, at = stamps.stamp(TEXT, url, key)
    note = Note.parse(str(Note(TEXT, (signature,))))
    assert Key.parse(str(key)) == key
    assert stamps.check(note.text, key, note.signatures[0].signature, "checkpoint") == at
    with pytest.raises(NoteInvalid, match="of other bytes than this checkpoint"):
        stamps.check(TEXT.replace("5", "6", 1), key, signature.signature, "checkpoint")
    with pytest.raises(NoteInvalid, match="was altered"):
        stamps.check(TEXT, key, signature.signature[:-30], "checkpoint")


def test_no_other_authority_is_believed(url: str, folder: Path, tmp_path: Path) -> None:
    """Even if it has the same name."""
    authority.made(tmp_path / "other")
    other = stamps.authority(url, tmp_path / "other" / "ca.pem")
    with pytest.raises(NoteInvalid, match="the certificate that you trust does not confirm it"):
        stamps.stamp(TEXT, url, other)


def test_an_answer_to_another_request_is_refused(folder: Path) -> None:
    """The authority says again what it said before: the right bytes, but not of now."""
    answers: list[bytes] = []

    def again(query: bytes) -> tuple[int, bytes]:
        answers.append(authority.stamped(folder, query))
        return 200, answers[0]

    with authority.serving(again) as url:
        stamps.stamp(TEXT, url, stamps.authority(url, folder / "ca.pem"))
        assert "it answers another request" in refused(url, folder)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((500, b"no"), "answered 500"),
        ((200, b""), "is not a time stamp"),
        ((200, b"<html>Welcome"), "is not a time stamp"),
        ((200, b"\x30" * 200_000), "which is no time stamp"),
        ((200, bytes.fromhex("30053003020102")), "refused to stamp it"),
    ],
)
def test_what_is_no_stamp_is_refused_in_a_line(folder: Path, answer: tuple[int, bytes], why: str) -> None:
    """And says what to do."""
    with authority.serving(lambda _: answer) as url:
        assert why in refused(url, folder)


def test_certificates_out_of_order_have_a_line_of_their_own(tmp_path: Path) -> None:
    """OpenSSL itself gives them so, as many authorities do; the answer is sound, and the line does not call it altered."""
    folder = tmp_path / "chain"
    authority_certificate = authority.made(folder)
    with (folder / "settings").open("a", encoding="utf-8") as settings:
        settings.write(f"\ncerts = {folder}/ca.pem\n")
    with authority.serving(lambda query: (200, authority.stamped(folder, query))) as url:
        key = stamps.authority(url, authority_certificate)
        with pytest.raises(NoteInvalid, match="in an order that DER does not allow") as refusal:
            stamps.stamp(TEXT, url, key)
    assert str(refusal.value).isprintable()


def test_one_that_drips_is_left(folder: Path) -> None:
    """It sends a byte now and then, and never ends."""
    listening = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        connection, _ = listening.accept()
        with connection:
            connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")
            try:
                while True:
                    connection.sendall(b"0")
                    stop.wait(0.05)
                    if stop.is_set():
                        return
            except OSError:
                return

    stop = Event()
    thread = Thread(target=drip, daemon=True)
    thread.start()
    assert "did not answer within 0.3 seconds" in refused(f"http://127.0.0.1:{listening.getsockname()[1]}/", folder, 0.3)
    stop.set()
    listening.close()
    thread.join()
    assert "cannot be reached" in refused("http://127.0.0.1:1/", folder)


def test_what_is_no_certificate_is_refused(tmp_path: Path) -> None:
    """And what is no address."""
    (tmp_path / "a.pem").write_text("-----BEGIN CERTIFICATE-----\nnone\n", encoding="utf-8")
    for url, path in (("https://a.example/", "a.pem"), ("https://a.example/", "none.pem"), ("file:///etc/passwd", "a.pem")):
        with pytest.raises(KeyRefused) as refusal:
            stamps.authority(url, tmp_path / path)
        assert str(refusal.value).isprintable()


def test_from_the_checkpoint_to_its_check(
    timeline: Timeline, report: ArchivedSource, path: Path, url: str, folder: Path, tmp_path: Path
) -> None:
    """By two authorities; then by `verify` and by the verifier that stands alone."""
    authority.made(tmp_path / "second", "Another")
    with authority.serving(lambda query: (200, authority.stamped(tmp_path / "second", query))) as second:
        both = ((url, folder), (second.replace("127.0.0.1", "localhost"), tmp_path / "second"))
        asking = [word for at, of in both for word in ("--stamp", at, "--authority", str(of / "ca.pem"))]
        result = CliRunner().invoke(main, ["checkpoint", "--db", str(path), *asking])
    assert result.exit_code == 0, result.output
    keys = [line for line in result.stderr.splitlines() if "+" in line]
    kept = tmp_path / "checkpoint"
    kept.write_text(result.stdout, encoding="utf-8")
    assert len(Note.parse(result.stdout).signatures) == len(keys) == 2
    trusting = [word for key in keys for word in ("--trust", key)]
    checked = CliRunner().invoke(main, ["verify", "--db", str(path), "--against", str(kept), *trusting])
    assert checked.exit_code == 0, checked.output
    assert "signed by 127.0.0.1, who saw it at 2" in checked.output
    forged = tmp_path / "forged"
    forged.write_text(result.stdout.replace("\n1\n", "\n2\n", 1), encoding="utf-8")
    assert CliRunner().invoke(main, ["verify", "--db", str(path), "--against", str(forged), *trusting]).exit_code == 1
    for file, shown in ((kept, True), (forged, False)):
        alone = subprocess.run(
            [sys.executable, "-I", ALONE, file, "--authority", folder / "ca.pem"], capture_output=True, text=True, check=False
        )
        assert (alone.returncode == 0, alone.stdout.splitlines()[-1]) == (shown, "Shown" if shown else "Not shown")


def test_a_stamp_from_before_the_last_event_is_refused(path: Path, url: str, folder: Path) -> None:
    """The clock here, or the authority's, is wrong; nothing is printed as a checkpoint."""
    with Timeline(path, by="tester", clock=lambda: datetime.now(UTC) + timedelta(days=2)) as timeline:
        timeline.archive(text="Words.", id="words", title="Words")
    result = CliRunner().invoke(main, ["checkpoint", "--db", str(path), "--stamp", url, "--authority", str(folder / "ca.pem")])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "One of the two clocks is wrong" in result.stderr


def test_each_stamp_needs_its_authority(path: Path, folder: Path) -> None:
    """A certificate from elsewhere than the answer itself."""
    result = CliRunner().invoke(main, ["checkpoint", "--db", str(path), "--stamp", "http://127.0.0.1:1/"])
    assert result.exit_code == 2
    assert "Each --stamp needs the --authority" in result.stderr


def test_a_log_stores_no_stamp(timeline: Timeline, report: ArchivedSource, url: str, folder: Path) -> None:
    """It stays in the checkpoint's file: whoever wants to store it as a witness's is told so."""
    note, key = timeline.checkpoint(), stamps.authority(url, folder / "ca.pem")
    signature, _ = stamps.stamp(note.text, url, key)
    with pytest.raises(TimelineError, match="stays in the checkpoint's file"):
        timeline.cosigned(Note(note.text, (signature,)), [key])
