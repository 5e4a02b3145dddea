"""The verifiers that stand alone: short, needing nothing, and of one mind with the program about every proof and every log."""

import ast
import base64
import hashlib
import importlib.util
import json
import random
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from conftest import Clock
from hypothesis import given, settings
from hypothesis import strategies as st
from weak_keys import weak

from timeline import Timeline, checkpoints, merkle
from timeline.errors import NoteInvalid, ProofInvalid
from timeline.merkle import Checkpoint, Key, Note, Proof, Signature
from timeline.signing import SigningKey

FOLDER = Path(merkle.__file__).parent.parent / "standalone"
VERIFIERS = {check: FOLDER / f"verify_{check}.py" for check in ("proof", "log")}
SIZE = 13
AT = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


def module(path: Path) -> ModuleType:
    """Load a verifier as it lies there: it is no part of the package."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


PROOFS, LOGS = (module(path) for path in VERIFIERS.values())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    """Make a timeline of 13 events, its signed and cosigned checkpoint, a proof of each event, and files of them."""
    folder = tmp_path_factory.mktemp("made")
    log_key, witness = SigningKey.new("example.org/log"), SigningKey.new("witness.example/w1")
    with Timeline(folder / "timeline.db", by="tester", clock=Clock()) as timeline:
        report = timeline.archive(text="The council met in Marrakech. It sat for four days.", id="report", title="A report")
        for number in range(SIZE - 1):
            said = f"Sitting {number}: «naïve»\N{RIGHT-TO-LEFT OVERRIDE}"
            timeline.record(f"day-{number}", title=said, date="2025-11-24", citations=[report.quote("four days")])
        note = timeline.checkpoint(log_key)
        key, cosignature = witness.cosign(note.text, AT)
        note = Note(note.text, (*note.signatures, cosignature))
        proofs = [timeline.prove(position, note) for position in range(1, SIZE + 1)]
    (folder / "checkpoint").write_text(str(note), encoding="utf-8")
    (folder / "proof").write_text(str(proofs[6]), encoding="utf-8")
    return SimpleNamespace(
        folder=folder,
        note=note,
        proofs=proofs,
        keys=[str(log_key.public), str(key)],
        log_key=log_key,
        witness=witness,
        db=folder / "timeline.db",
    )


def run(check: str, *arguments: str | Path, flags: tuple[str, ...] = ("-I",)) -> tuple[int, list[str]]:
    """Run a verifier, of a proof or of a log, as the doubter would, and give its exit code and what it said."""
    done = subprocess.run([sys.executable, *flags, VERIFIERS[check], *map(str, arguments)], capture_output=True, check=False)
    errors = done.stderr.decode()
    assert "Traceback" not in errors
    assert errors == "" or done.returncode == 2
    return done.returncode, done.stdout.decode().splitlines()


# What they are


@pytest.mark.parametrize("path", VERIFIERS.values(), ids=VERIFIERS)
def test_each_has_at_most_220_lines(path: Path) -> None:
    """So that an expert reads all of it; and they are laid out as all other code."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 220
    assert max(map(len, text.splitlines())) <= 132
    assert "fmt:" not in text


@pytest.mark.parametrize("path", VERIFIERS.values(), ids=VERIFIERS)
def test_each_imports_the_standard_library_and_cryptography_alone(path: Path) -> None:
    """And cryptography only where a key is given; neither imports the other."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "ours" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} - {"cryptography"} <= sys.stdlib_module_names
    outermost = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert not any((name or "").startswith("cryptography") for name in outermost)


def test_both_read_checkpoints_keys_and_signatures_by_the_same_words() -> None:
    """As they say: who has read it in one file need not read it in the other."""

    def shared(path: Path) -> str:
        text = path.read_text(encoding="utf-8")
        return text[text.index("class NotShown") : text.index("def open_log" if path == VERIFIERS["log"] else "def read_event")]

    assert shared(VERIFIERS["proof"]) == shared(VERIFIERS["log"])
    for name in ("def read_base64", "def read_checkpoint", "def read_key", "def check_signatures"):
        assert name in shared(VERIFIERS["log"])


# Proofs


def test_a_proof_is_told_in_words(made: SimpleNamespace) -> None:
    """Which event, where, recorded by whom and when, in which log, and who signed."""
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
    assert "\\u202e" in told


def test_it_needs_nothing_but_python(made: SimpleNamespace) -> None:
    """No installed package, no environment, no folder; and then it says that it checked nobody's signature."""
    for check in (("proof", made.folder / "proof"), ("log", made.db, made.folder / "checkpoint")):
        code, lines = run(*check, flags=("-I", "-S"))
        assert code == 0
        assert "nobody's signature was checked" in "\n".join(lines)
    code, lines = run("proof", made.folder / "proof", "--key", made.keys[0], flags=("-I", "-S"))
    assert (code, lines) == (1, ["Fault: No module named 'cryptography'", "Not shown"])


def test_a_redacted_event_is_proved_without_its_words(made: SimpleNamespace, tmp_path: Path) -> None:
    """Its place and hash stand."""
    proof = made.proofs[4]
    said = merkle.Said(proof.said.leaf, None, None)
    (tmp_path / "redacted").write_text(str(Proof(proof.index, proof.hashes, proof.note, said)), encoding="utf-8")
    code, lines = run("proof", tmp_path / "redacted")
    assert code == 0
    assert "redacted" in lines[2]


def test_a_proof_under_another_checkpoint_is_refused(made: SimpleNamespace, tmp_path: Path) -> None:
    """Also where the other is sound by itself, or one of several."""
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
def test_wrong_usage_is_told_apart(arguments: tuple[str, ...]) -> None:
    """With exit code 2."""
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
def test_what_is_no_file_is_refused_in_a_line(made: SimpleNamespace, name: str) -> None:
    """A folder, and what is not there."""
    assert run("proof", made.folder / name)[0] == 1
    assert run("log", made.folder / name, made.folder / "checkpoint")[0] == 1
    assert run("log", made.db, made.folder / name)[0] == 1


# Of one mind with ours


def ours(content: bytes, keys: list[str]) -> bool:
    """Whether the program accepts a proof, with the signatures of these keys."""
    try:
        proof = Proof.parse(content)
        proof.check()
        if keys:
            checkpoints.signed(proof.note, [Key.parse(key) for key in keys], "proof, checkpoint", every=True)
    except (ProofInvalid, NoteInvalid) as error:
        assert str(error).isprintable()
        return False
    return True


def theirs(content: bytes, keys: list[str]) -> bool:
    """Whether the verifier accepts it."""
    try:
        PROOFS.check_proof(content.decode(), keys, [])
    except Exception as error:  # it turns every one into a line
        assert not isinstance(error, (MemoryError, AssertionError))
        return False
    return True


def agree(content: bytes, keys: list[str]) -> bool:
    """Give what both say, which must be the same."""
    accepted = ours(content, keys)
    assert theirs(content, keys) == accepted, content
    return accepted


def test_both_accept_every_proof(made: SimpleNamespace) -> None:
    """With each key, both, and none."""
    for proof in made.proofs:
        for keys in ([], made.keys[:1], made.keys[1:], made.keys):
            assert agree(str(proof).encode(), keys)


def test_both_refuse_every_flipped_bit_and_cut(made: SimpleNamespace) -> None:
    """A proof is written in one way alone: nothing in it can be changed, but for signatures of keys that were not given."""
    content = str(made.proofs[6]).encode()
    signed = content.index("\N{EM DASH}".encode())
    generator = random.Random(1)  # noqa: S311 - the same each time
    for place in range(len(content)):
        flipped = bytearray(content)
        flipped[place] ^= 1 << generator.randrange(8)
        if place % 5 == 0:
            agree(bytes(flipped), [])
        accepted = agree(bytes(flipped), made.keys)
        assert not accepted or place >= signed
    for length in range(0, len(content), 17):
        accepted = agree(content[:length], made.keys)
        assert not accepted


def test_both_are_of_one_mind_about_altered_signatures(made: SimpleNamespace) -> None:
    """Of keys that are given, none may be altered; of others, any."""
    content = str(made.proofs[2]).encode()
    signed = content.index("\N{EM DASH}".encode())
    generator = random.Random(2)  # noqa: S311 - the same each time
    for _ in range(250):
        altered = bytearray(content)
        altered[generator.randrange(signed, len(content))] = generator.choice(b"ABCabc019+/= \n\r\x80\xe2")
        for keys in (made.keys[:1], made.keys[1:], made.keys):
            agree(bytes(altered), keys)


LEAF = {"data_hash": "00" * 32, "position": 1, "recorded_at": "t", "recorded_by": "b", "stream": "s", "type": "T", "version": 1}
VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1,
    1.0,
    1.5,
    2**53,
    10**400,
    "",
    "1",
    "\ud800",
    "\x00",
    "é",
    [],
    [1],
    {},
    float("nan"),
]
VALUES += ["0" * 64, "AB" * 32, "00" * 16, "00 " * 16, "00" * 31]


def forged(leaf: str, data: object = None, salt: object = None, **more: object) -> bytes:
    """Write a proof that is right about everything but what its event is: a log of one leaf."""
    extra = json.dumps({"data": data, "leaf": leaf, "salt": salt, **more}, ensure_ascii=False, separators=(",", ":"))
    root = base64.b64encode(merkle.leaf_hash(leaf.encode("utf-8", "surrogatepass"))).decode()
    line = base64.b64encode(extra.encode("utf-8", "surrogatepass")).decode()
    return f"c2sp.org/tlog-proof@v1\nextra {line}\nindex 0\n\nexample.org\n1\n{root}\n".encode()


def canonical(value: object) -> str:
    """Write JSON as leaves are."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def test_only_what_is_a_leaf_is_believed() -> None:
    """Whatever stands in a column, or beside the columns, although its hash is the root."""
    assert agree(forged(canonical(LEAF)), [])
    for column, usual in LEAF.items():
        for value in VALUES:
            accepted = agree(forged(canonical({**LEAF, column: value})), [])
            fits = type(value) is type(usual) and value != "\ud800"
            if column in {"position", "version"}:
                fits = fits and (value == 1)
            elif column == "data_hash":
                fits = fits and re.fullmatch("[0-9a-f]{64}", value) is not None
            assert accepted == fits, (column, value)
        assert not agree(forged(canonical({name: value for name, value in LEAF.items() if name != column})), [])
    assert not agree(forged(canonical({**LEAF, "more": 1})), [])
    text = canonical(LEAF)
    for other in (
        text + " ",
        text.replace(":1", ": 1"),
        text.replace('"s"', '"\\u0073"'),
        "[" * 100_000,
        "1" * 5000,
        '"x"',
        "null",
    ):
        assert not agree(forged(other), [])
    twice = text.replace('"version":1', '"version":2,"version":1')
    assert not agree(forged(twice), [])
    for more in ({"more": 1}, {"data": "x"}, {"salt": "00" * 16}):
        assert not agree(forged(text, **more), [])


def test_words_cannot_pass_from_what_is_said_to_its_salt(made: SimpleNamespace) -> None:
    """The hash of salt and data is over both in a row: their border stands fast."""
    said = made.proofs[3].said
    leaf, salt, data = said.leaf.decode(), said.salt, said.data
    index, hashes, note = made.proofs[3].index, made.proofs[3].hashes, made.proofs[3].note
    moved = Proof(index, hashes, note, merkle.Said(leaf.encode(), data[5:], salt + data[:5].encode()))
    assert not agree(str(moved).encode(), [])
    for odd in (salt.hex().upper(), salt.hex() + " ", "", None, 5, "zz" * 16):
        extra = canonical({"data": data, "leaf": leaf, "salt": odd})
        line = base64.b64encode(extra.encode()).decode()
        content = re.sub("extra .*", f"extra {line}", str(made.proofs[3]))
        assert agree(content.encode(), []) == (odd == salt.hex())


@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_both_are_of_one_mind_about_any_mutation(made: SimpleNamespace, data: st.DataObject) -> None:
    """Lines dropped, doubled, swapped, and characters put in, of proofs and of the notes in them."""
    lines = str(data.draw(st.sampled_from(made.proofs))).split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(lines) - 1))
        match data.draw(st.sampled_from(["drop", "double", "swap", "insert", "replace"])):
            case "drop" if len(lines) > 1:
                del lines[at]
            case "double":
                lines.insert(at, lines[at])
            case "swap":
                other = data.draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
            case "insert":
                place = data.draw(st.integers(0, len(lines[at])))
                odd = data.draw(
                    st.sampled_from(["", " ", "\r", "\t", "=", "+", "0", "\x85", "\u2028", "\x7f", "é", "\n", "A", "—"])
                )
                lines[at] = lines[at][:place] + odd + lines[at][place:]
            case _:
                lines[at] = data.draw(
                    st.sampled_from(["", "0", "index 00", "index -1", "extra", "extra e30=", "01", "— a AAAAAAA="])
                )
    agree("\n".join(lines).encode(), data.draw(st.sampled_from([[], made.keys[:1], made.keys])))


NOTES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.lists(
        st.sampled_from(["example.org", "1", "0", "01", "", "é x", "\u202e", "\x7f", "AA==", "AB==", "A" * 43 + "="]), max_size=6
    ).map("\n".join),
)


@settings(max_examples=250, deadline=None)
@given(
    text=NOTES,
    signature=st.sampled_from(["", "\n— a AAAAAAA=\n", "\n— é AAAAAAAA\n", "\n— a+b AAAAAAA=\n", "\n—  AAAAAAA=\n", "\n"]),
)
def test_both_read_the_same_checkpoints(text: str, signature: str) -> None:
    """And find the same in them."""
    content = f"{text}\n{signature}".encode()
    try:
        note = Note.parse(content)
        found: Any = (note.text, Checkpoint.of(note).origin, Checkpoint.of(note).size, Checkpoint.of(note).root)
    except NoteInvalid:
        found = None
    for verifier in (PROOFS, LOGS):
        try:
            alone = verifier.read_checkpoint(content.decode())[:4]
        except (ValueError, verifier.NotShown):
            alone = None
        assert alone == found


def test_both_hold_a_key_to_the_same_rules(made: SimpleNamespace) -> None:
    """Its form, its ID, its type; and a log signs under its own name alone."""
    proof = made.proofs[0]
    key = made.keys[0]
    stranger = SigningKey.new("example.org/stranger")
    odd = [
        key.replace("+", " ", 1),
        key[:-1],
        key.upper(),
        f" {key}\n",
        "",
        "a+b",
        "a+00000000+AQ==",
        str(stranger.public),
        "\ud800+1+2",
    ]
    for one in odd:
        assert agree(str(proof).encode(), [one]) == (one.strip() == key)
        agree(str(proof).encode(), [key, one])
    text = proof.note.text
    other = Proof(proof.index, proof.hashes, Note(text, (stranger.sign(text),)), proof.said)
    assert not agree(str(other).encode(), [str(stranger.public)])
    public, signature = stranger.cosign(text, AT)
    for length in (1, 7, 8, 60, 71, 72, 73):
        cut = Signature(public.name, public.id, (signature.signature + b"\0")[:length])
        other = Proof(proof.index, proof.hashes, Note(text, (cut,)), proof.said)
        assert agree(str(other).encode(), [str(public)]) == (length == 72)


@pytest.mark.parametrize("seconds", [0, 253_402_300_799, 253_402_300_800, 2**62, 2**64 - 1])
def test_both_know_how_late_a_witness_can_be(made: SimpleNamespace, seconds: int) -> None:
    """Up to the year 9999."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private, proof = Ed25519PrivateKey.generate(), made.proofs[0]
    key = Key("w", 4, private.public_key().public_bytes_raw())
    made_ = private.sign(f"cosignature/v1\ntime {seconds}\n{proof.note.text}".encode())
    note = Note(proof.note.text, (Signature("w", key.id, seconds.to_bytes(8, "big") + made_),))
    content = str(Proof(proof.index, proof.hashes, note, proof.said)).encode()
    assert agree(content, [str(key)]) == (seconds < 253_402_300_800)


# Logs


@pytest.fixture
def copy(made: SimpleNamespace, tmp_path: Path) -> Path:
    """Copy the timeline, with its guards gone."""
    target = tmp_path / "copy.db"
    with closing(sqlite3.connect(made.db)) as source, closing(sqlite3.connect(target)) as connection:
        source.backup(connection)
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.commit()
    return target


def alter(path: Path, *statements: str) -> None:
    """Change a file behind the program's back."""
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


FORGED = (
    "INSERT INTO events SELECT {position}, 'happening/forged', 1, type, recorded_at, recorded_by, data, salt, data_hash"
    " FROM events WHERE position = 3"
)
REWRITTEN = "UPDATE events SET data = replace(data, '2025-11-24', '2025-11-25') WHERE position = 7"
INVENTED = "lower(hex(hash('', 'invented')))"
KEEPING = (
    f"json_object('documents', json('[]'), 'kept', json_object('sha256', {INVENTED}, 'text_sha256', {INVENTED}), 'position', 1,"
    " 'reason', 'x')"
)
ATTACKS: dict[str, tuple[list[str], str]] = {
    "a rewritten date": ([REWRITTEN], "position 7: what it says does not have its hash"),
    "a rewritten date, its hash computed again": (
        [REWRITTEN, "UPDATE events SET data_hash = hash(salt, data) WHERE position = 7"],
        "the first 13 events are not those of the checkpoint",
    ),
    "another recorder": (["UPDATE events SET recorded_by = 'another' WHERE position = 2"], "are not those of the checkpoint"),
    "a dropped event": (["DELETE FROM events WHERE position = 6"], "position 7: is not next to the one before it"),
    "a dropped event, the others moved up": (
        [
            "DELETE FROM events WHERE position = 6",
            *(f"UPDATE events SET position = {n - 1} WHERE position = {n}" for n in range(7, 14)),
        ],
        "the log holds 12 events, the checkpoint 13",
    ),
    "a dropped event, another appended": (
        [
            "DELETE FROM events WHERE position = 6",
            *(f"UPDATE events SET position = {n - 1} WHERE position = {n}" for n in range(7, 14)),
            FORGED.format(position=13),
        ],
        "are not those of the checkpoint",
    ),
    "a forged event put between": (
        [*(f"UPDATE events SET position = {n + 1} WHERE position = {n}" for n in range(13, 4, -1)), FORGED.format(position=5)],
        "are not those of the checkpoint",
    ),
    "a rolled back copy": (["DELETE FROM events WHERE position > 9"], "the log holds 9 events, the checkpoint 13"),
    "two events changed round": (
        [
            "UPDATE events SET position = 99 WHERE position = 4",
            "UPDATE events SET position = 4 WHERE position = 5",
            "UPDATE events SET position = 5 WHERE position = 99",
        ],
        "are not those of the checkpoint",
    ),
    "blanked without a redaction": (
        ["UPDATE events SET data = NULL, salt = NULL WHERE position = 8"],
        "position 8: what it says is gone, without a redaction",
    ),
    "half blanked": (["UPDATE events SET data = NULL WHERE position = 8"], "position 8: what it says does not have its hash"),
    "its salt gone": (["UPDATE events SET salt = NULL WHERE position = 8"], "position 8: what it says does not have its hash"),
    "text that is none": (["UPDATE events SET stream = CAST(x'ff' AS TEXT) WHERE position = 8"], "position 8: "),
    "words that are no text": (["UPDATE events SET data = CAST(x'ff' AS TEXT) WHERE position = 8"], "position 8: "),
    "a hash cut short": (["UPDATE events SET data_hash = x'00' WHERE position = 8"], "position 8: the hash"[:12]),
    "words moved into the salt": (
        [
            "UPDATE events SET salt = CAST(salt || CAST(substr(data, 1, 4) AS BLOB) AS BLOB), data = substr(data, 5)"
            " WHERE position = 8"
        ],
        "position 8: what it says does not have its hash",
    ),
    "words in another form": (
        [
            "UPDATE events SET data = replace(data, ':', ': ') WHERE position = 8",
            "UPDATE events SET data_hash = hash(salt, data) WHERE position = 8",
        ],
        "position 8: what it says is not canonical JSON",
    ),
    "another document": (["UPDATE documents SET bytes = CAST('invented' AS BLOB)"], "does not have this SHA-256"),
    "a document that is gone": (["DELETE FROM documents"], "is missing, and no redaction took it away"),
    "redacted from another stream": (
        [
            "INSERT INTO events SELECT 14, stream, 2, 'EventRedacted', recorded_at, recorded_by,"
            ' \'{"documents":[],"position":8,"reason":"none"}\', zeroblob(16), zeroblob(32) FROM events WHERE position = 1',
            "UPDATE events SET data_hash = hash(salt, data) WHERE position = 14",
            "UPDATE events SET data = NULL, salt = NULL WHERE position = 8",
        ],
        "position 8: what it says is gone, without a redaction of it",
    ),
    "another document, with its own hash, kept by a redaction": (
        [
            "INSERT INTO events SELECT 14, stream, 2, 'EventRedacted', recorded_at, recorded_by,"
            f" {KEEPING}, zeroblob(16), zeroblob(32) FROM events WHERE position = 1",
            "UPDATE events SET data_hash = hash(salt, data) WHERE position = 14",
            "UPDATE events SET data = NULL, salt = NULL WHERE position = 1",
            f"UPDATE documents SET bytes = CAST('invented' AS BLOB), sha256 = {INVENTED}",
        ],
        "position 14: no other event confirms the document that it keeps of source/report",
    ),
    "a source of which only later events say which document it has": (
        [
            "INSERT INTO events SELECT 14, stream, 2, 'EventRedacted', recorded_at, recorded_by,"
            ' \'{"documents":[],"position":1,"reason":"none"}\', zeroblob(16), zeroblob(32) FROM events WHERE position = 1',
            "INSERT INTO events SELECT position + 13, stream, 2, 'EventRedacted', recorded_at, recorded_by,"
            " json_object('documents', json_array(), 'position', position, 'reason', 'none'), zeroblob(16), zeroblob(32)"
            " FROM events WHERE position BETWEEN 2 AND 13",
            "INSERT INTO events SELECT 27, 'happening/later', 1, type, recorded_at, recorded_by, data, salt, data_hash"
            " FROM events WHERE position = 13",
            "UPDATE events SET data_hash = hash(salt, data) WHERE type = 'EventRedacted'",
            "UPDATE events SET data = NULL, salt = NULL WHERE position < 14",
        ],
        "source/report: which document it has is said only by events that the checkpoint does not cover",
    ),
    "a source with two documents": (
        [
            "UPDATE events SET data = json_set(data, '$.statement.citations[0].text_sha256', 'another') WHERE position = 8",
            "UPDATE events SET data_hash = hash(salt, data) WHERE position = 8",
        ],
        "source/report: events name several documents of it",
    ),
    "no table of events": (["DROP TABLE events"], "has no table of events"),
    "a view without an end": (
        [
            "DROP TABLE events",
            "CREATE VIEW events AS WITH RECURSIVE n(position) AS (SELECT 1 UNION ALL SELECT position + 1 FROM n) SELECT * FROM n",
        ],
        "has no table of events",
    ),
    "columns of any type": (
        [
            "PRAGMA legacy_alter_table = ON",
            "CREATE TABLE loose AS SELECT * FROM events",
            "DROP TABLE events",
            "ALTER TABLE loose RENAME TO events",
            "UPDATE events SET position = 'x', salt = 5 WHERE position = 3",
            "UPDATE events SET version = 1.5, data_hash = NULL WHERE position = 4",
        ],
        "position x: ",
    ),
}


def found(path: Path, checkpoint: Path, *more: str) -> list[str]:
    """Check a log, and give the faults; none where it is shown."""
    code, lines = run("log", path, checkpoint, *more)
    assert (code == 0) == (lines[-1] == "Shown")
    return [line.removeprefix("Fault: ") for line in lines if line.startswith("Fault: ")]


def test_a_log_is_found_sound_where_it_only_grew(made: SimpleNamespace, copy: Path) -> None:
    """At the checkpoint's size, and beyond."""
    checkpoint = made.folder / "checkpoint"
    assert found(made.db, checkpoint, "--key", made.keys[0]) == []
    alter(copy, FORGED.format(position=14))
    code, lines = run("log", copy, checkpoint, "--key", made.keys[1])
    assert code == 0
    assert "The first 13 of 14 events" in lines[1]
    assert "signed by witness.example/w1 at 2026-02-03 04:05:06+00:00" in lines[2]


@pytest.mark.parametrize("name", ATTACKS)
def test_what_was_done_to_a_log_is_found(made: SimpleNamespace, copy: Path, name: str) -> None:
    """Without looking at the tree that the file keeps, and in a line that says where."""
    statements, expected = ATTACKS[name]
    with closing(sqlite3.connect(copy)) as connection:
        connection.create_function("hash", 2, lambda salt, data: hashlib.sha256((salt or b"") + data.encode()).digest())
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    faults = found(copy, made.folder / "checkpoint")
    assert any(expected in fault for fault in faults), faults


def test_all_faults_are_told(made: SimpleNamespace, copy: Path) -> None:
    """One does not hide another."""
    alter(
        copy,
        "UPDATE events SET data = '{}' WHERE position IN (2, 9)",
        "UPDATE events SET data = NULL, salt = NULL WHERE position = 4",
        "DELETE FROM events WHERE position > 11",
    )
    faults = found(copy, made.folder / "checkpoint")
    assert [fault.split(":")[0] for fault in faults] == ["position 2", "position 9", "position 4", faults[-1].split(":")[0]]


def test_the_kept_tree_is_not_trusted(made: SimpleNamespace, copy: Path) -> None:
    """A log is shown whatever its tree says, and not shown although its tree says so."""
    alter(copy, "DELETE FROM tree")
    assert found(copy, made.folder / "checkpoint") == []


def test_a_redaction_leaves_the_log_sound(made: SimpleNamespace, tmp_path: Path) -> None:
    """The redacted event's words are gone, and an event says why; its leaf stands."""
    shutil.copy(made.db, tmp_path / "redacted.db")
    with Timeline(tmp_path / "redacted.db", by="editor") as timeline:
        timeline.redact(5, reason="by law")
    assert found(tmp_path / "redacted.db", made.folder / "checkpoint") == []


@pytest.mark.parametrize("root", [merkle.EMPTY, b"\1" * 32])
def test_a_checkpoint_of_nothing_proves_nothing(made: SimpleNamespace, tmp_path: Path, root: bytes) -> None:
    """Every log adds to it: both say so, of a log and of a proof."""
    (tmp_path / "nothing").write_text(Checkpoint("example.org/log", 0, root).text)
    fault = ["Fault: checkpoint: covers no event, so it proves nothing", "Not shown"]
    assert run("log", made.db, tmp_path / "nothing") == (1, fault)
    assert run("proof", made.folder / "proof", "--checkpoint", tmp_path / "nothing") == (1, fault)


def test_both_refuse_a_key_under_which_anyone_can_sign(made: SimpleNamespace) -> None:
    """Although its signature holds, as the library sees it: the point and 32 zero bytes."""
    text = Checkpoint("example.org/weak", 1, merkle.leaf_hash(canonical(LEAF).encode())).text
    for key in weak("example.org/weak"):
        seconds = b"" if key.type == 1 else bytes(8)
        note = Note(text, (Signature(key.name, key.id, seconds + key.public + bytes(32)),))
        proof = forged(canonical(LEAF)).partition(b"\n\n")[0] + b"\n\n" + str(note).encode()
        assert agree(proof, [])
        assert not agree(proof, [str(key)])
        for verifier in (PROOFS, LOGS):
            with pytest.raises(verifier.NotShown, match="proves nothing, anyone can sign under it"):
                verifier.check_signatures(verifier.read_checkpoint(str(note)), [str(key)])


def test_every_size_has_the_root_that_ours_has(made: SimpleNamespace) -> None:
    """The streamed tree is the same tree."""
    with Timeline(made.db, read_only=True) as timeline:
        for size in range(1, SIZE + 1):
            checkpoint = checkpoints.head(timeline.log, "example.org/log", size)
            (said,) = LOGS.check_log(LOGS.open_log(str(made.db)), LOGS.read_checkpoint(checkpoint.text))
            assert said == f"The first {size} of {SIZE} events are those of the checkpoint of example.org/log"


def test_a_cut_or_flipped_file_is_refused_in_a_line(made: SimpleNamespace, copy: Path, tmp_path: Path) -> None:
    """Wherever it is cut; a flipped byte is found, or was of no event."""
    whole = copy.read_bytes()
    generator = random.Random(3)  # noqa: S311 - the same each time
    kept = LOGS.read_checkpoint(str(made.note))
    for number in range(150):
        content = bytearray(whole)
        if number % 3 == 0:
            content = content[: generator.randrange(len(whole))]
        else:
            content[generator.randrange(len(whole))] ^= 1 << generator.randrange(8)
        (tmp_path / "damaged.db").write_bytes(content)
        said: list[str] = []
        try:
            said.extend(LOGS.check_log(LOGS.open_log(str(tmp_path / "damaged.db")), kept))
        except (LOGS.NotShown, ValueError, sqlite3.Error):
            continue
        assert number % 3 or any(line.startswith("Fault") for line in said)


def test_the_signature_is_checked_of_a_log_s_checkpoint(made: SimpleNamespace, tmp_path: Path) -> None:
    """Altered, or by nobody whose key is given: refused."""
    (tmp_path / "altered").write_text(str(made.note).replace("\n13\n", "\n12\n", 1), encoding="utf-8")
    assert "does not hold" in found(made.db, tmp_path / "altered", "--key", made.keys[0])[0]
    stranger = str(SigningKey.new("example.org/log").public)
    assert found(made.db, made.folder / "checkpoint", "--key", stranger) == [
        "checkpoint: is not signed by example.org/log, whose key was given"
    ]


def test_a_log_says_whether_its_wal_was_read(made: SimpleNamespace, tmp_path: Path) -> None:
    """Events that are in the WAL alone are read, as by SQLite, also where the file is reached by a link; and that is said."""
    shutil.copy(made.db, tmp_path / "open.db")
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "elsewhere" / "link.db"
    link.symlink_to(tmp_path / "open.db")
    assert run("log", link, made.folder / "checkpoint")[1][0] == "Read: the file alone, for it has no -wal"
    with Timeline(tmp_path / "open.db", by="tester") as timeline:
        timeline.archive(text="More.", id="more", title="More")
        size = Path(f"{tmp_path / 'open.db'}-wal").stat().st_size
        for path in (tmp_path / "open.db", link):
            code, lines = run("log", path, made.folder / "checkpoint")
            assert code == 0
            assert lines[0].startswith(f"Read: the file and {size} bytes of its -wal, as sqlite3 does. ")
            assert "The first 13 of 14 events" in lines[1]
    assert sorted(path.name for path in tmp_path.rglob("*.db*")) == ["link.db", "open.db"]


def test_a_log_is_not_read_past_a_write_that_was_cut_off(made: SimpleNamespace, copy: Path, tmp_path: Path) -> None:
    """SQLite would take it back first; until then nothing is shown, and it is said what to do. Nothing is changed."""
    target = tmp_path / "cut.db"
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        connection.execute("UPDATE events SET recorded_by = 'another'")
        connection.execute("CREATE TABLE more AS SELECT * FROM events, documents")
        shutil.copy(copy, target)
        shutil.copy(f"{copy}-journal", f"{target}-journal")
        connection.execute("ROLLBACK")
    (fault,) = found(target, made.folder / "checkpoint")
    assert "-journal: is of a write that was cut off" in fault
    with closing(sqlite3.connect(target)) as connection:
        connection.execute("SELECT * FROM events").fetchall()
    assert found(target, made.folder / "checkpoint") == []
