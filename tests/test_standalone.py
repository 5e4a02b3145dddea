"""The standalone verifiers: short, with only Python, and clear about a proof."""

import ast
import json
import sys
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest
from verifiers import PROOFS, VERIFIERS, run

from timeline import merkle
from timeline.merkle import Proof

# What they are


@pytest.mark.parametrize("path", VERIFIERS.values(), ids=VERIFIERS)
def test_each_has_at_most_220_lines(path: Path) -> None:
    """So that an expert can read all of it; the layout is that of all other code."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 220
    assert max(map(len, text.splitlines())) <= 132
    assert "fmt:" not in text


@pytest.mark.parametrize("path", VERIFIERS.values(), ids=VERIFIERS)
def test_each_imports_only_the_standard_library_and_cryptography(path: Path) -> None:
    """And cryptography only if a key is given; neither imports the other."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "ours" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} - {"cryptography"} <= sys.stdlib_module_names
    outermost = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert not any((name or "").startswith("cryptography") for name in outermost)


def test_both_have_the_same_functions_for_checkpoints_keys_and_signatures() -> None:
    """As they claim: a reader of one file can skip them in the other."""

    def shared(path: Path) -> str:
        text = path.read_text(encoding="utf-8")
        return text[text.index("class NotShown") : text.index("def open_log" if path == VERIFIERS["log"] else "def read_event")]

    assert shared(VERIFIERS["proof"]) == shared(VERIFIERS["log"])
    for name in ("def read_base64", "def read_checkpoint", "def read_key", "def check_signatures"):
        assert name in shared(VERIFIERS["log"])


# Proofs


def test_a_proof_is_described_in_words(made: SimpleNamespace) -> None:
    """The event, its place, author and time, the log, and the signers."""
    code, lines = run("proof", made.folder / "proof", "--checkpoint", made.folder / "checkpoint", "--key", made.keys[0])
    assert code == 0
    assert lines[-1] == "Shown"
    told = "\n".join(lines)
    for words in (
        "happening/day-5@1",
        "position 7 of example.org/log",
        "13 events",
        "tester",
        "2026-01-01",
        "signed by example.org",
    ):
        assert words in told
    assert "«naïve»" in told, "letters of any script are shown as they are"
    assert "\\u202e" in told


def test_it_needs_only_python(made: SimpleNamespace) -> None:
    """No installed package, no environment, no folder; then it says that it checked no signature."""
    for check in (("proof", made.folder / "proof"), ("log", made.db, made.folder / "checkpoint")):
        code, lines = run(*check, flags=("-I", "-S"))
        assert code == 0
        assert "no signature was checked" in "\n".join(lines)
    code, lines = run("proof", made.folder / "proof", "--key", made.keys[0], flags=("-I", "-S"))
    assert (code, lines) == (1, ["Fault: No module named 'cryptography'", "Not shown"])


def test_a_redacted_event_is_proved_without_its_data(made: SimpleNamespace, tmp_path: Path) -> None:
    """Its place and hash remain."""
    proof = made.proofs[4]
    said = merkle.ProvenEvent(proof.proven.leaf, None, None)
    (tmp_path / "redacted").write_text(str(Proof(proof.index, proof.hashes, proof.note, said)), encoding="utf-8")
    code, lines = run("proof", tmp_path / "redacted")
    assert code == 0
    assert "redacted" in lines[3]


def test_words_that_are_not_at_their_place_are_not_shown(tmp_path: Path) -> None:
    """A record may state a quotation that its text does not have there; with the files at hand that is a fault."""
    content = "The council met. It sat for four days."
    for grade, quote, shown in (
        ("exact", "The council met", True),
        ("exact", "The council left", False),
        ("exact", "The council  met", False),
        ("normalised", "The council  met", True),
        ("normalised", "The council mett", False),
        ("typographic", "The council “met”", True),
    ):
        (tmp_path / "text.txt").write_text(content, encoding="utf-8")
        hash_ = sha256(content.encode()).hexdigest()
        place = {"source": "a", "sha256": hash_, "text_sha256": hash_, "start_char": 0, "end_char": 15}
        data = json.dumps({"statement": {"citations": [{**place, "grade": grade, "quote": quote}]}})
        try:
            assert "its words are at characters 0 to 15" in next(PROOFS.check_files(data, [str(tmp_path)]))
        except PROOFS.NotShown as fault:
            assert not shown, quote
            assert "citation 1: its words are not at characters 0 to 15" in str(fault)
        else:
            assert shown, quote


def test_data_is_shown_to_the_letter() -> None:
    """Field by field, but only if nothing is lost by that: a doubled key would hide the first."""
    assert PROOFS.readable('{"a":"é","b":[1]}').split("\n") == ["{", ' "a": "é",', ' "b": [', "  1", " ]", "}"]
    for odd in ('{"a":1,"a":2}', '{"b":1,"a":2}', "x", "[" * 100_000, '{"a":"\\ud800"}'):
        assert PROOFS.readable(odd) == odd


def test_a_proof_under_another_checkpoint_is_refused(made: SimpleNamespace, tmp_path: Path) -> None:
    """Even if the other one is valid, or one of several."""
    (tmp_path / "other").write_text(made.note.text.replace("example.org/log", "example.org/other"), encoding="utf-8")
    (tmp_path / "unsigned").write_text(made.note.text, encoding="utf-8")
    kept = ["--checkpoint", made.folder / "checkpoint", "--checkpoint", tmp_path / "unsigned"]
    other = ["--checkpoint", tmp_path / "other"]
    assert run("proof", made.folder / "proof", *kept)[0] == 0
    for given_ in (other, other + kept, kept + other):
        assert run("proof", made.folder / "proof", *given_)[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [("proof",), ("proof", "a", "b"), ("proof", "a", "--other"), ("log",), ("log", "a"), ("log", "a", "b", "c"), ("log", "--key")],
)
def test_wrong_usage_has_its_own_exit_code(arguments: tuple[str, ...]) -> None:
    """It is 2."""
    assert run(*arguments)[0] == 2


@pytest.mark.parametrize(
    "content", [b"", b"\xff\x00" * 999, b"[" * 100_000, b"c2sp.org/tlog-proof@v1\nextra W1tb\nindex 0\n\n", b"\r\n"]
)
def test_junk_is_refused_in_a_line(made: SimpleNamespace, tmp_path: Path, content: bytes) -> None:
    """As a proof, as a checkpoint and as a log."""
    (tmp_path / "junk").write_bytes(content)
    for arguments in (
        ("proof", tmp_path / "junk"),
        ("log", made.db, tmp_path / "junk"),
        ("log", tmp_path / "junk", made.folder / "checkpoint"),
    ):
        code, lines = run(*arguments)
        assert code == 1
        assert lines[-1] == "Not shown"
        assert all(line.startswith("Fault: ") for line in lines[:-1])


@pytest.mark.parametrize("name", [".", "absent"])
def test_a_folder_or_a_missing_file_is_refused_in_a_line(made: SimpleNamespace, name: str) -> None:
    """In place of each file."""
    assert run("proof", made.folder / name)[0] == 1
    assert run("log", made.folder / name, made.folder / "checkpoint")[0] == 1
    assert run("log", made.db, made.folder / name)[0] == 1
