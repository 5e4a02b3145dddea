"""Every way past the guards that we know of is refused by them, or detected afterwards; and the manual's table says so."""

import json
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlite_utils
from examples import PROJECT, REPORT, Clock
from weak_keys import weak

from timeline import Timeline, capture, checkpoints, merkle, projections, quotes
from timeline.audit import verify
from timeline.documents import Document
from timeline.errors import DatabaseRefused, GuardsMissing, TimelineError
from timeline.log import canonical
from timeline.log_schema import guards
from timeline.merkle import Checkpoint, Key, Note, Proof, Signature
from timeline.published import FILES as PUBLISHED
from timeline.scripts import statements
from timeline.signing import SigningKey

NOTE = "Ann Lee told the council that the vote was put off. She gave no reason, and left before noon."
CONFIDENCE = "Someone at risk said so in confidence, on the stairs."
INVENTED = "Ann Lee told the council that she had been paid."


class Case(NamedTuple):
    """A timeline to attack, the checkpoint of it that a doubter kept elsewhere, and the keys that the doubter trusts."""

    path: Path
    key: SigningKey
    kept: Note
    keys: list[Key]
    older: Path  # the file as it was before that checkpoint
    other: Path  # another timeline

    def sql(self, *statements: str, **values: object) -> None:
        """Do what any program can do with the file."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement, values).fetchall()

    def unguarded(self, *statements: str, **values: object) -> None:
        """Do it with the guards taken away, and put back word for word."""
        self.sql(*(f"DROP TRIGGER {name}" for name in guards()))
        self.sql(*statements, **values)
        self.sql(*guards().values())

    def found(self, *, against: bool = True) -> list[str]:
        """Tell what opening the file says, and what the audit finds."""
        told: list[str] = []
        try:
            Timeline(self.path).close()
        except TimelineError as error:
            told.append(str(error))
        try:
            with Timeline(self.path, read_only=True, guarded=False) as timeline:
                report = verify(timeline, against=[self.kept] if against else (), keys=self.keys if against else ())
                told += [f"{where}: {what}" for where, what in report.faults]
        except DatabaseRefused as error:
            told.append(str(error))
        return told


Try = Callable[[Case], str | None]


class Attack(NamedTuple):
    """A way past the guards: what it is, how it is tried, what becomes of it, and by what, in words for people.

    Where it is detected, what is found says `says`; a try that gives its finding itself is not looked for in the file.
    """

    attack: str
    tries: tuple[Try, ...]
    outcome: str
    by: str
    says: str


# A timeline with a bit of everything


def build(folder: Path) -> Case:
    """Make a timeline of 13 events: a correction, a retraction, a redaction; signed and cosigned at 11; and a copy at 8."""
    path, clock = folder / "timeline.db", Clock()
    key, witness = SigningKey.new("example.org/timeline"), SigningKey.new("witness.example")
    with Timeline(path, by="The editors", clock=clock) as timeline:
        report = timeline.archive(text=REPORT, id="report", title="A report", published="2025-11-28")
        note = timeline.archive(text=NOTE, id="note", title="A note")
        timeline.record(
            "meeting",
            title="The council meets",
            date="2025-11-24",
            place="Marrakech",
            actors=["The council"],
            tags=["council"],
            citations=[report.quote("met in Marrakech on 24 November 2025")],
        )
        timeline.record("vote", title="A vote", date="2025", part_of="meeting", citations=[report.quote("sat for four days")])
        timeline.record("word", title="Ann Lee speaks", date="2025-11", citations=[note.quote("Ann Lee told the council")])
        timeline.correct("meeting", date="2025-11-24/2025-11-27", reason="It sat for four days")
        timeline.retract("vote", reason="It was put off")
        timeline.correct_source("report", publisher="TNA", reason="The byline")
        timeline.log.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(path, folder / "older.db")
        secret = timeline.archive(text=CONFIDENCE, id="secret", title="A confidence")
        timeline.record("told", title="Someone tells", date="2025", citations=[secret.quote("Someone at risk said so")])
        timeline.redact(10, reason="Names someone who is at risk")
        own = timeline.checkpoint(key)
        public, signature = witness.cosign(own.text, datetime(2026, 2, 1, tzinfo=UTC))
        kept = Note(own.text, (*own.signatures, signature))
        timeline.cosigned(kept, [public])
        timeline.record("later", title="Later", date="2026", citations=[note.quote("left before noon")])
        timeline.correct("word", place="Marrakech", reason="Where the council sat")
        timeline.checkpoint(key)
    with Timeline(folder / "other.db", by="Others", clock=Clock()) as other:
        source = other.archive(text=REPORT, id="report", title="A report")
        for number in range(13):
            other.record(f"h{number}", title="Something else", date="2025", citations=[source.quote("sat for four days")])
        other.checkpoint()
    return Case(path, key, kept, [key.public, public], folder / "older.db", folder / "other.db")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Build it once."""
    return build(tmp_path_factory.mktemp("built"))


@pytest.fixture
def case(built: Case, tmp_path: Path) -> Case:
    """Give a copy to attack."""
    for path in (built.path, built.older, built.other):
        shutil.copy(path, tmp_path)
    return built._replace(path=tmp_path / "timeline.db", older=tmp_path / "older.db", other=tmp_path / "other.db")


def dump(path: Path) -> list[object]:
    """Write down all that a file holds."""
    with closing(sqlite3.connect(path)) as connection:
        connection.text_factory = bytes
        schema = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()
        tables = [name.decode() for kind, name, *_ in schema if kind == b"table"]
        rows = [connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables]
        return [schema, *rows, *connection.execute("SELECT * FROM pragma_user_version, pragma_application_id")]


# How each is tried


def sql(*statements: str) -> Try:
    """Try it as any program can."""
    return lambda case: case.sql(*statements)


def unguarded(*statements: str) -> Try:
    """Try it with the guards taken away, and put back afterwards word for word."""
    return lambda case: case.unguarded(*statements)


def row(mode: str = "INSERT", position: int = 14, stream: str = "happening/forged", version: int = 1, rest: str = "") -> Try:
    """Try to insert an event."""
    said = "'2026-01-01T00:00:00.000Z', 'x', '{\"statement\":{}}', zeroblob(16), zeroblob(32)"
    values = f"({position}, '{stream}', {version}, 'HappeningRecorded', {said})"
    return sql(f"{mode} INTO events VALUES {values} {rest}")


def blob(table: str, column: str, number: int) -> Try:
    """Write into a value past SQL, through SQLite's incremental blob I/O."""

    def attack(case: Case) -> None:
        with closing(sqlite3.connect(case.path)) as connection:
            with connection.blobopen(table, column, number) as content:
                content[3:5] = b"zz"
            connection.commit()

    return attack


def switched_off(*statements: str) -> Try:
    """Try it in a program that does not run triggers, as SQLite's own shell can be told not to."""

    def attack(case: Case) -> None:
        if hasattr(sqlite3, "SQLITE_DBCONFIG_ENABLE_TRIGGER"):  # Python 3.12
            with closing(sqlite3.connect(case.path, isolation_level=None)) as connection:
                connection.setconfig(sqlite3.SQLITE_DBCONFIG_ENABLE_TRIGGER, False)
                for statement in statements:
                    connection.execute(statement)
        elif shell := shutil.which("sqlite3"):
            commands = ".dbconfig enable_trigger off", *(f"{statement};" for statement in statements)
            subprocess.run([shell, case.path], input="\n".join(commands), text=True, check=True, capture_output=True)
        else:
            pytest.skip("neither Python 3.12 nor SQLite's shell is here, to switch triggers off")

    return attack


def schema(*statements: str) -> Try:
    """Write into SQLite's own table of what there is."""
    return sql("PRAGMA writable_schema = ON", *statements)


def transformed(table: str) -> Try:
    """Let sqlite-utils make a table anew, as its `transform` does."""

    def attack(case: Case) -> None:
        database = sqlite_utils.Database(case.path)
        database.table(table).transform()
        database.close()

    return attack


def replaced(old: bytes, new: bytes) -> Try:
    """Edit the bytes of the file, in place, wherever they stand."""

    def attack(case: Case) -> None:
        content = case.path.read_bytes()
        assert old in content
        assert len(old) == len(new)
        case.path.write_bytes(content.replace(old, new))

    return attack


def said(position: int, change: Callable[[dict[str, object]], object]) -> Try:
    """Change what an event says, with a hash that fits."""

    def attack(case: Case) -> None:
        with closing(sqlite3.connect(case.path)) as connection:
            data, salt = connection.execute("SELECT data, salt FROM events WHERE position = ?", [position]).fetchone()
        payload = json.loads(data)
        change(payload)
        data = canonical(payload)
        digest = sha256(salt + data.encode()).digest()
        case.unguarded(f"UPDATE events SET data = :data, data_hash = :digest WHERE position = {position}", data=data, digest=digest)

    return attack


def stated(position: int, **fields: object) -> Try:
    """Change fields of what an event states, with a hash that fits."""
    return said(position, lambda payload: payload["statement"].update(fields))  # type: ignore[attr-defined]


def appended(stream: str, type: str, payload: dict[str, object], at: str = "2026-01-01T00:01:00.000Z", **more: object) -> Try:
    """Append an event as the program would, but one that it would refuse, and carry the read tables forward."""

    def attack(case: Case) -> None:
        salt, data = bytes(16), canonical(payload)
        with closing(sqlite3.connect(case.path, isolation_level=None)) as connection:
            projections.register(connection)
            (last,) = connection.execute("SELECT max(position) FROM events").fetchone()
            (version,) = connection.execute("SELECT coalesce(max(version), 0) FROM events WHERE stream = ?", [stream]).fetchone()
            connection.execute(
                "INSERT INTO events VALUES (?, ?, ?, ?, ?, 'The editors', ?, ?, ?)",
                (last + 1, stream, version + 1, type, at, data, more.get("salt", salt), sha256(salt + data.encode()).digest()),
            )
            projections.advance(connection)

    return attack


def invented(content: bytes, media_type: str, extractor: str | None = None) -> Try:
    """Archive a document with a text that is not its own, read by the extractor at hand, it says, or by another."""

    def attack(case: Case) -> None:
        text = b"She took the money."
        with closing(sqlite3.connect(case.path)) as connection, connection:
            connection.executemany(
                "INSERT INTO documents VALUES (?, ?)", [(sha256(one).hexdigest(), one) for one in (content, text)]
            )
        source = {
            "title": "Real",
            "media_type": media_type,
            "extractor": extractor or capture.from_bytes(content, media_type, "real").extractor,
            "sha256": sha256(content).hexdigest(),
            "text_sha256": sha256(text).hexdigest(),
        }
        appended("source/real", "SourceArchived", {"statement": source})(case)

    return attack


def redaction(stream: str, position: object, documents: tuple[str, ...] = (), **kept: object) -> Try:
    """Append a redaction that the program would not make."""
    return appended(stream, "EventRedacted", {"documents": list(documents), "position": position, "reason": "none", **kept})


def without_guards(attempt: Try) -> Try:
    """Try it while the guards are away, and put them back word for word."""

    def attack(case: Case) -> None:
        case.sql(*(f"DROP TRIGGER {name}" for name in guards()))
        attempt(case)
        case.sql(*guards().values())

    return attack


def digest(text: str) -> str:
    """Give the SHA-256 of a text in hex."""
    return sha256(text.encode()).hexdigest()


def swapped_document(source: str, position: int, was: str) -> Try:
    """Blank a source's event with a redaction that keeps another document, and put that one in the place of what was archived."""
    kept = {"sha256": digest(INVENTED), "text_sha256": digest(INVENTED)}
    return then(
        redaction(source, position, (digest(was),), kept=kept),
        sql(
            f"UPDATE events SET data = NULL, salt = NULL WHERE position = {position}",
            f"DELETE FROM documents WHERE sha256 = '{digest(was)}'",
            f"INSERT INTO documents VALUES ('{digest(INVENTED)}', CAST('{INVENTED}' AS BLOB))",
        ),
    )


def then(*tries: Try) -> Try:
    """Try one after the other."""

    def attack(case: Case) -> None:
        for one in tries:
            one(case)

    return attack


def perfect(change: Try) -> Try:
    """Compute everything again that the file itself could be compared with: only what is kept elsewhere can tell."""

    def attack(case: Case) -> None:
        change(case)
        case.sql(*(f"DROP TRIGGER {name}" for name in guards()))
        with closing(sqlite3.connect(case.path, isolation_level=None)) as connection:
            projections.register(connection)
            connection.execute("BEGIN")
            projections.rebuild(connection, tree=True)
            connection.execute("DELETE FROM signatures")
            connection.execute("DELETE FROM checkpoints")
            root = merkle.root(11, merkle.reader(connection))
            at = "2026-01-01T00:00:30.000Z"
            connection.execute("INSERT INTO checkpoints VALUES (1, 'example.org/timeline', 11, ?, ?)", [root, at])
            note = case.key.sign(Checkpoint("example.org/timeline", 11, root).text)
            connection.execute("INSERT INTO signatures VALUES (1, 1, ?, ?, ?)", [str(case.key.public), note.signature, at])
            connection.execute("COMMIT")
        case.sql(*guards().values())
        assert case.found(against=False) == []

    return attack


def moved(old: int, new: int) -> list[str]:
    """Give the SQL that lets two events change places, each with a version that fits."""
    return [
        f"UPDATE events SET position = -1 WHERE position = {old}",
        f"UPDATE events SET position = {old} WHERE position = {new}",
        f"UPDATE events SET position = {new} WHERE position = -1",
    ]


DROPPED = (
    "DELETE FROM events WHERE position = 5",
    "UPDATE events SET version = version - 1 WHERE stream = 'happening/word'",
    "UPDATE events SET type = 'HappeningRecorded', data = json_remove(data, '$.changes', '$.reason') WHERE position = 13",
    "UPDATE events SET position = -position WHERE position > 5",
    "UPDATE events SET position = -position - 1 WHERE position < 0",
    "UPDATE events SET data = json_set(data, '$.position', 9) WHERE type = 'EventRedacted'",
)
ANEW = ("DROP TABLE events", *(s for s in statements("timeline", "log.sql") if re.match("CREATE (TABLE|INDEX) events", s)))


def rehash(case: Case) -> None:
    """Give every event that says something a hash that fits."""
    with closing(sqlite3.connect(case.path)) as connection:
        rows = connection.execute("SELECT position, salt, data FROM events WHERE data IS NOT NULL").fetchall()
    for position, salt, data in rows:
        digest = sha256(salt + data.encode()).digest()
        case.unguarded(f"UPDATE events SET data_hash = :digest WHERE position = {position}", digest=digest)


def swapped(case: Case) -> None:
    """Lay another timeline in the place of this one."""
    shutil.copy(case.other, case.path)


def rolled_back(case: Case) -> None:
    """Lay an older copy in the place of this one."""
    shutil.copy(case.older, case.path)


def backed_up_over(case: Case) -> None:
    """Write another timeline over this one with SQLite's own backup."""
    with closing(sqlite3.connect(case.other)) as other, closing(sqlite3.connect(case.path)) as connection:
        other.backup(connection)


def attached(case: Case) -> None:
    """Write into the file from a connection to another one."""
    with closing(sqlite3.connect(case.other, isolation_level=None)) as connection:
        connection.execute("ATTACH ? AS theirs", [str(case.path)])
        connection.execute("UPDATE theirs.events SET data = (SELECT data FROM main.events WHERE position = 3) WHERE position = 3")


def beside(*suffixes: str) -> Try:
    """Lay journals beside the file that another timeline left when it was not closed."""

    def attack(case: Case) -> None:
        with closing(sqlite3.connect(case.other, isolation_level=None)) as connection:
            if "-journal" in suffixes:
                connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA cache_spill = 1")
            connection.execute("PRAGMA cache_size = 1")
            connection.execute("BEGIN")
            connection.execute("CREATE TABLE more AS SELECT * FROM events, documents")
            connection.execute("UPDATE happenings SET title = 'Taken over'")
            connection.execute("DROP TABLE tree")
            if "-wal" in suffixes:
                connection.execute("COMMIT")
            for suffix in suffixes:
                content = Path(f"{case.other}{suffix}").read_bytes()
                assert content
                Path(f"{case.path}{suffix}").write_bytes(content)

    return attack


def laid_bare(case: Case) -> str:
    """Forge the read tables of a published file, and lay a WAL beside it that puts the genuine ones in their place again."""
    for name in PUBLISHED:
        case.path.with_name(name).touch()
    with closing(sqlite3.connect(case.path, isolation_level=None)) as connection:
        titles = connection.execute("SELECT title, position FROM happenings").fetchall()
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute("UPDATE happenings SET title = 'Forged'")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        forged = case.path.read_bytes()
        connection.executemany("UPDATE happenings SET title = ? WHERE position = ?", titles)
        wal = Path(f"{case.path}-wal").read_bytes()
    case.path.write_bytes(forged)
    Path(f"{case.path}-wal").write_bytes(wal)
    with closing(sqlite3.connect(f"{case.path.as_uri()}?immutable=1", uri=True)) as alone:
        assert alone.execute("SELECT DISTINCT title FROM happenings").fetchall() == [("Forged",)]
    with Timeline(case.path, read_only=True) as timeline:
        return " ".join(f"{where}: {what}" for where, what in verify(timeline, against=[case.kept], keys=case.keys).faults)


def cut_off(case: Case) -> str:
    """Lay a journal beside the file with which SQLite would put forged read tables into it, once somebody writes."""
    with closing(sqlite3.connect(case.path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
        genuine = case.path.read_bytes()
        connection.execute("UPDATE happenings SET title = 'Forged'")
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        connection.execute("UPDATE happenings SET title = 'Another'")
        connection.execute("CREATE TABLE more AS SELECT * FROM events, documents")
        journal = Path(f"{case.path}-journal").read_bytes()
        connection.execute("ROLLBACK")
    case.path.write_bytes(genuine)
    Path(f"{case.path}-journal").write_bytes(journal)
    said = told(lambda: Timeline(case.path, read_only=True, guarded=False))
    with closing(sqlite3.connect(case.path)) as connection:
        assert connection.execute("SELECT DISTINCT title FROM happenings").fetchall() == [("Forged",)]
    return said


def without_journal(case: Case) -> None:
    """Take away the journal of a file that was not closed, with the events in it."""
    shutil.copy(case.older, case.path)
    with closing(Timeline(case.path, by="The editors", clock=Clock())) as timeline:
        timeline.log.connection.execute("PRAGMA wal_autocheckpoint = 0")
        for number in range(3):
            timeline.record(f"n{number}", title="More", date="2026", citations=[timeline.source("note").quote("before noon")])
        size = timeline.log.size()
        copy = case.path.with_name("copy.db")
        shutil.copy(case.path, copy)
    assert size == 11
    copy.replace(case.path)


# What a doubter is handed


def told(check: Callable[[], object]) -> str:
    """Tell how a check refuses what it is given."""
    with pytest.raises(TimelineError) as caught:
        check()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def misread(extractor: str) -> Try:
    """Archive a text under other bytes than those it was taken from, as its extractor tells."""

    def attack(case: Case) -> None:
        with Timeline(case.path, by="The editors") as timeline:
            timeline.archive_document(Document(b"He left", "He stayed", "text/plain", extractor), id="misread", title="T")

    return attack


def forged_note(make: Callable[[Case, Checkpoint], Note]) -> Try:
    """Hand over a forged checkpoint: both the one who checks signatures and the one who has the file must see it."""

    def attack(case: Case) -> str:
        note = make(case, Checkpoint.of(case.kept))
        found = case._replace(kept=note).found()
        with Timeline(case.path) as timeline:
            refused = told(lambda: timeline.cosigned(note, case.keys))
        assert found, refused
        return " ".join([*found, refused])

    return attack


def signed(key: SigningKey, checkpoint: Checkpoint) -> Note:
    """Sign a checkpoint."""
    return Note(checkpoint.text, (key.sign(checkpoint.text),))


def self_signed(case: Case) -> str:
    """Add the log's root under a name and with a key of one's own, as any program can; the owner goes on as before."""
    key = SigningKey.new("evil.example")
    with Timeline(case.path) as timeline:
        checkpoint = checkpoints.head(timeline.log, "evil.example")
    case.sql(
        "INSERT INTO checkpoints (origin, size, root, kept_at) VALUES (:origin, :size, :root, '2026-02-01T00:00:00.000Z')",
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root,
    )
    case.sql(
        "INSERT INTO signatures VALUES (NULL, 3, :key, :signature, '2026-02-01T00:00:00.000Z')",
        key=str(key.public),
        signature=key.sign(checkpoint.text).signature,
    )
    assert case.found() == []
    with Timeline(case.path) as timeline:
        assert Checkpoint.of(timeline.checkpoint(case.key)).origin == Checkpoint.of(timeline.checkpoint()).origin
        assert timeline.prove(3).checkpoint.origin == "example.org/timeline"
        return " ".join(remark for check in timeline.verify().checks for remark in check.remarks)


def of_nothing(case: Case, root: bytes) -> None:
    """Compare with a checkpoint of no events."""
    with Timeline(case.path) as timeline:
        timeline.verify(against=[Note(Checkpoint("example.org/timeline", 0, root).text)])


def two_signatures(case: Case, kept: Checkpoint) -> Note:
    """Put a bad signature of the same key beside the good one."""
    good = case.key.sign(kept.text)
    return Note(kept.text, (good, Signature(good.name, good.key_id, bytes(64))))


def moved_signature(case: Case, kept: Checkpoint) -> Note:
    """Take the signature of one checkpoint for another."""
    with Timeline(case.path) as timeline:
        return Note(checkpoints.head(timeline.log, kept.origin).text, case.kept.signatures)


def forged_proof(change: Callable[[Case, Proof], Proof]) -> Try:
    """Hand over a forged proof of event 3."""

    def attack(case: Case) -> str:
        with Timeline(case.path) as timeline:
            proof = timeline.prove(3, case.kept)
        proof.check()
        checkpoints.signed(proof.note, case.keys)
        forged = change(case, proof)

        def check() -> None:
            read = Proof.parse(str(forged).encode())
            read.check()
            checkpoints.signed(read.note, case.keys)

        return told(check)

    return attack


def of_leaf(proof: Proof, old: str, new: str) -> Proof:
    """Change a proof's leaf."""
    leaf = proof.proven.leaf.decode()
    assert old in leaf
    return replace(proof, proven=replace(proof.proven, leaf=leaf.replace(old, new).encode()))


def of_other_tree(case: Case, proof: Proof) -> Proof:
    """Prove it in another tree, which is signed by its own key alone."""
    with Timeline(case.other) as other:
        return other.prove(3, other.checkpoint(SigningKey.new("other.example")))


def backdated(case: Case) -> str:
    """Append an event now that says it was recorded before the checkpoint: it cannot be proved under that."""
    with Timeline(case.path, by="The editors", clock=Clock()) as timeline:
        source = timeline.source("note")
        event = timeline.record("old", title="Known for long", date="2025", citations=[source.quote("left before noon")])
        assert event.recorded_at < "2026-01-01T00:00:02"
        return told(lambda: timeline.prove(event.position, case.kept))


def shadowed(statement: str) -> Try:
    """Hide a table behind a temporary one, as can be done in one's own process."""

    def attack(case: Case) -> str:
        with Timeline(case.path) as timeline:
            timeline.db.execute(statement)
            return " ".join(what for where, what in timeline.verify().faults)

    return attack


REFUSED, DETECTED = "refused", "detected"
GUARD = "a trigger, in every program that runs triggers"
HASHES = "`verify`: the hash of what was said, the tree"
AGAINST = "`verify --against` a checkpoint kept elsewhere"
PRAGMAS = ("recursive_triggers = ON", "recursive_triggers = OFF", "ignore_check_constraints = ON", "foreign_keys = OFF",
           "defer_foreign_keys = ON", "legacy_alter_table = ON")  # fmt: skip
FORGED = {
    "source": "note",
    "quote": "Ann Lee lied",
    "stance": "supports",
    "prefix": "",
    "suffix": "",
    "start_char": 0,
    "end_char": 12,
    "grade": "exact",
}
DOCUMENT = "SELECT sha256 FROM documents LIMIT 1"
REDACTIONS: tuple[Try, ...] = (
    redaction("happening/meeting", 4),
    redaction("happening/told", 11),
    redaction("happening/told", 10),
    redaction("happening/meeting", "3"),
    redaction("happening/meeting", True),
    redaction("happening/meeting", 99),
    redaction("happening/meeting", 3, kept={"sha256": digest(NOTE), "text_sha256": digest(NOTE)}),
    then(
        redaction("happening/word", 5, (digest(NOTE),)),
        sql(
            "UPDATE events SET data = NULL, salt = NULL WHERE position = 5",
            f"DELETE FROM documents WHERE sha256 = '{digest(NOTE)}'",
        ),
    ),
    appended("happening/meeting", "EventRedacted", {"documents": digest(REPORT), "position": 3, "reason": "none"}),
    then(
        redaction("happening/meeting", 3, (digest(NOTE),)),
        sql(
            "UPDATE events SET data = NULL, salt = NULL WHERE position = 3",
            f"DELETE FROM documents WHERE sha256 = '{digest(NOTE)}'",
        ),
    ),
)


def citing(**hashes: str) -> Try:
    """Append a happening that cites a source with other hashes than it was archived with."""
    statement = {"title": "Forged", "date": "2025", "citations": [{**FORGED, **hashes}]}
    return appended("happening/x", "HappeningRecorded", {"statement": statement})


def outlived(case: Case) -> None:
    """Swap the document of a source, redact every event that names the genuine one, and cite the invented one afterwards."""
    gone = ((2, "source/note"), (5, "happening/word"), (12, "happening/later"), (13, "happening/word"))
    swapped_document("source/note", 2, NOTE)(case)
    for position, stream in gone[1:]:
        redaction(stream, position)(case)
        case.sql(f"UPDATE events SET data = NULL, salt = NULL WHERE position = {position}")
    passage = quotes.find(quotes.Text(INVENTED), "she had been paid")
    place = {field: getattr(passage, field) for field in ("prefix", "suffix", "start_char", "end_char", "grade")}
    citation = {**FORGED, **place, "quote": "she had been paid", "sha256": digest(INVENTED), "text_sha256": digest(INVENTED)}
    statement = {"title": "Paid", "date": "2025", "actors": [], "tags": [], "citations": [citation]}
    appended("happening/paid", "HappeningRecorded", {"statement": statement})(case)


def unseen(attempt: Try) -> Try:
    """Try what nothing in the file itself can tell."""

    def attack(case: Case) -> None:
        attempt(case)
        with closing(sqlite3.connect(case.path, isolation_level=None)) as connection:
            projections.register(connection)
            projections.rebuild(connection)
        assert case.found(against=False) == []

    return attack


SWAPS: tuple[Try, ...] = (
    swapped_document("source/note", 2, NOTE),
    swapped_document("source/report", 1, REPORT),
    swapped_document("source/report", 8, REPORT),
    citing(sha256=digest(REPORT), text_sha256=digest(REPORT)),
    citing(sha256=digest(NOTE), text_sha256=digest(REPORT)),
    lambda case: hidden(case, "source/note", "SourceCorrected", {"sha256": digest(REPORT)}, {}),
    lambda case: hidden(case, "source/note", "SourceCorrected", {"text_sha256": digest(REPORT)}, {}),
)
FORMLESS: tuple[Try, ...] = (
    *(
        sql(f"INSERT INTO events VALUES (14, 'happening/x', 1, 'HappeningRecorded', {said})")
        for said in (
            "'1999-01-01T00:00:00.000Z', 'A minister', '{\"statement\":{}}', zeroblob(16), CAST('three short words' AS BLOB)",
            "'1999-01-01T00:00:00.000Z', 'A minister', '{\"statement\":{}}', x'00', zeroblob(32)",
            "'1999', 'A minister', '{\"statement\":{}}', zeroblob(16), zeroblob(32)",
            "'2026-01-01T00:00:00Z', 'A minister', '{\"statement\":{}}', zeroblob(16), zeroblob(32)",
            "'2026-01-01T00:00:00.000Z', 'A minister', '[]', zeroblob(16), zeroblob(32)",
            "'2026-01-01T00:00:00.000Z', 'A minister', '{}', zeroblob(16), zeroblob(32)",
            "'2026-11-31T00:00:00.000Z', 'A minister', '{\"statement\":{}}', zeroblob(16), zeroblob(32)",
            "'2026-01-01T00:00:00.000Z', '', '{\"statement\":{}}', zeroblob(16), zeroblob(32)",
            "'2026-01-01T00:00:00.000Z', 'A minister', 'three short words', zeroblob(16), zeroblob(32)",
        )
    ),
    row(stream="source/forged"),
    appended("happening/x", "Something", {}),
    appended("happening/x", "SourceArchived", {"statement": {}}),
    appended("other/x", "HappeningRecorded", {"statement": {}}),
    appended("Source/x", "SourceArchived", {"statement": {}}),
    appended("source/note", "EventRedacted", {"documents": [], "position": 2, "reason": "x", "statement": {}}),
)
BLANKED = then(
    redaction("happening/x", 14),
    sql("UPDATE events SET data = NULL, salt = NULL WHERE position = 14"),
)
# Everything is as it was in checkpoint 2, or signature 3, which are the last; but for one thing.
OUT_OF_TURN = (
    *(
        f"INSERT INTO checkpoints SELECT {number}, 'x', {size}, {root}, {at} FROM checkpoints WHERE number = 2"
        for number, size, root, at in (
            ("NULL", "size", "root", "'2019-01-01T00:00:00.000Z'"),
            ("NULL", "size", "root", "(SELECT strftime('%Y-%m-%dT%H:%M:%fZ', max(recorded_at), '-0.001 seconds') FROM events)"),
            ("NULL", "2", "zeroblob(32)", "(SELECT kept_at FROM checkpoints WHERE number = 1)"),
            *(
                ("NULL", "size", "root", f"'{at}'")
                for at in ("garbage", "", "now", "2026-02-30T00:00:00.000Z", "2027-01-01", "9e999")
            ),
            ("4", "size", "root", "kept_at"),
            ("0", "size", "root", "'2026-01-01T00:00:00.000Z'"),
            ("-1", "size", "root", "'2026-01-01T00:00:00.000Z'"),
            ("NULL", "99", "root", "kept_at"),
            ("NULL", "0", "root", "kept_at"),
            ("NULL", "-1", "root", "kept_at"),
            ("NULL", "size", "x'00'", "kept_at"),
        )
    ),
    *(
        f"INSERT INTO signatures SELECT {number}, {checkpoint}, {key}, {signature}, {at} FROM signatures WHERE number = 3"
        for number, checkpoint, key, signature, at in (
            ("NULL", "checkpoint", "public_key", "zeroblob(64)", "'2019-01-01T00:00:00.000Z'"),
            ("NULL", "1", "public_key", "zeroblob(64)", "(SELECT kept_at FROM checkpoints WHERE number = 1)"),
            ("NULL", "checkpoint", "public_key", "zeroblob(64)", "'garbage'"),
            ("NULL", "checkpoint", "public_key", "zeroblob(64)", "'2026-02-01'"),
            ("5", "checkpoint", "public_key", "zeroblob(64)", "kept_at"),
            ("0", "checkpoint", "public_key", "zeroblob(64)", "kept_at"),
            ("NULL", "9", "public_key", "zeroblob(64)", "kept_at"),
            ("NULL", "checkpoint", "'garbage'", "zeroblob(64)", "kept_at"),
            ("NULL", "checkpoint", "public_key", "x''", "kept_at"),
        )
    ),
)

ATTACKS = (
    Attack(
        "`UPDATE` of an event, a document, a checkpoint or a signature, also `OR REPLACE`",
        (
            sql("UPDATE events SET data = '{}' WHERE position = 3"),
            sql("UPDATE events SET data = data || ' '"),
            sql("UPDATE events SET recorded_at = '2020-01-01T00:00:00.000Z'"),
            sql("UPDATE events SET recorded_by = 'someone else' WHERE position = 1"),
            sql("UPDATE events SET stream = 'happening/x', version = 1 WHERE position = 3"),
            sql("UPDATE events SET data_hash = x'00' WHERE position = 10"),
            sql("UPDATE events SET data = 'x', salt = x'00' WHERE position = 10"),
            sql("UPDATE OR REPLACE events SET position = 1 WHERE position = 3"),
            sql("UPDATE OR IGNORE events SET rowid = 99 WHERE position = 13"),
            sql("UPDATE OR REPLACE events SET version = 1 WHERE position = 6"),
            sql("UPDATE documents SET bytes = x'00'"),
            sql(f"UPDATE OR REPLACE documents SET sha256 = ({DOCUMENT})"),
            sql("UPDATE checkpoints SET root = x'00'"),
            sql("UPDATE checkpoints SET kept_at = '2020-01-01T00:00:00.000Z'"),
            sql("UPDATE OR REPLACE signatures SET number = 1"),
            sql("UPDATE signatures SET signature = x'00'"),
            attached,
        ),
        REFUSED,
        GUARD,
        "immutable",
    ),
    Attack(
        "`DELETE` of one, or of all",
        (
            *(sql(f"DELETE FROM {table}") for table in ("events", "documents", "checkpoints", "signatures")),
            sql("DELETE FROM events WHERE position = 13"),
            sql("DELETE FROM checkpoints WHERE number = 2"),
        ),
        REFUSED,
        GUARD,
        "immutable",
    ),
    Attack(
        "`INSERT OR REPLACE`, `REPLACE`, `OR IGNORE`, `ON CONFLICT` over one",
        (
            row("INSERT OR REPLACE", position=3),
            row("INSERT OR REPLACE", stream="happening/meeting"),
            row("REPLACE", position=3),
            row("INSERT OR IGNORE", position=3),
            row("INSERT OR FAIL", position=3),
            row("INSERT", 3, rest="ON CONFLICT (position) DO UPDATE SET data = '{}'"),
            row("INSERT", 3, rest="ON CONFLICT DO NOTHING"),
            row("INSERT", stream="happening/meeting", rest="ON CONFLICT (stream, version) DO UPDATE SET data = '{}'"),
            sql(
                "REPLACE INTO events SELECT position + 0.0, stream, version, type, recorded_at, 'x', data, salt, data_hash"
                " FROM events"
            ),
            sql("REPLACE INTO documents SELECT sha256, x'00' FROM documents"),
            sql("INSERT OR REPLACE INTO documents (rowid, sha256, bytes) VALUES (1, 'another', x'00')"),
            sql("REPLACE INTO checkpoints SELECT number, origin, size, x'00', kept_at FROM checkpoints"),
            sql("REPLACE INTO checkpoints SELECT NULL, origin, size, x'00', kept_at FROM checkpoints"),
            sql("REPLACE INTO signatures SELECT number, checkpoint, public_key, x'00', kept_at FROM signatures"),
            sql("REPLACE INTO signatures SELECT NULL, checkpoint, public_key, x'00', kept_at FROM signatures"),
        ),
        REFUSED,
        GUARD,
        "immutable",
    ),
    Attack(
        "An event out of its turn: a gap, a position before the first, a version that skips, one that says nothing",
        (
            row(position=15),
            row(position=0),
            row(position=-1),
            row(version=2),
            row(version=0),
            row(stream="happening/meeting", version=4),
            sql(
                "INSERT INTO events VALUES (14, 'happening/x', 1, 'HappeningRecorded', '2026-01-01T00:00:00.000Z', 'x', NULL, NULL,"
                " zeroblob(32))"
            ),
        ),
        REFUSED,
        GUARD,
        "gapless|events have a form",
    ),
    Attack(
        "The same after `PRAGMA recursive_triggers`, `ignore_check_constraints`, `foreign_keys`, `legacy_alter_table` and the like",
        tuple(
            sql(f"PRAGMA {pragma}", statement)
            for pragma in PRAGMAS
            for statement in (
                "UPDATE events SET data = '{}'",
                "DELETE FROM events",
                "REPLACE INTO events SELECT position, stream, version, type, recorded_at, 'x', data, salt, data_hash FROM events",
                "DELETE FROM documents",
                "DELETE FROM checkpoints",
            )
        ),
        REFUSED,
        GUARD,
        "immutable",
    ),
    Attack(
        "The words of an event blanked without a redaction, or only half of them; a redacted document brought back",
        (
            sql("UPDATE events SET data = NULL, salt = NULL WHERE position = 3"),
            sql("UPDATE events SET data = NULL"),
            sql("UPDATE events SET data = '{}', salt = x'00' WHERE position = 10"),
            sql(f"INSERT INTO documents VALUES ('{sha256(CONFIDENCE.encode()).hexdigest()}', CAST('{CONFIDENCE}' AS BLOB))"),
        ),
        REFUSED,
        GUARD,
        "immutable",
    ),
    Attack(
        "`blobopen`: writing into an event, a checkpoint or a signature past SQL",
        (
            *(blob("events", column, 3) for column in ("data", "salt", "data_hash", "recorded_by")),
            *(blob("checkpoints", column, 1) for column in ("origin", "root")),
            *(blob("signatures", column, 1) for column in ("public_key", "signature")),
        ),
        REFUSED,
        "SQLite itself, because of the indexes over them",
        "indexed",
    ),
    Attack(
        "`blobopen` into a document, or into when a checkpoint or a signature was kept",
        (blob("documents", "bytes", 1), blob("checkpoints", "kept_at", 1), blob("signatures", "kept_at", 1)),
        DETECTED,
        "`verify`: the document's hash, the times",
        "do not have this SHA-256|has no valid time",
    ),
    Attack(
        "`ALTER TABLE … DROP COLUMN`; changing `sqlite_master` without `writable_schema`",
        (
            *(sql(f"ALTER TABLE events DROP COLUMN {column}") for column in ("data", "salt", "recorded_by", "data_hash")),
            sql("DELETE FROM sqlite_master WHERE type = 'trigger'"),
            sql("UPDATE sqlite_master SET sql = '' WHERE type = 'trigger'"),
        ),
        REFUSED,
        "SQLite itself, because the guards name the columns",
        "error in|may not be modified",
    ),
    Attack(
        "Guards dropped, changed or disabled: `DROP TRIGGER`, `DROP TABLE`, `writable_schema`, sqlite-utils' `transform()`",
        (
            *(sql(f"DROP TRIGGER {name}") for name in guards()),
            *(
                sql("PRAGMA foreign_keys = OFF", f"DROP TABLE {name}")
                for name in ("events", "documents", "checkpoints", "signatures")
            ),
            schema("DELETE FROM sqlite_master WHERE type = 'trigger'"),
            schema("UPDATE sqlite_master SET sql = replace(sql, 'BEGIN', 'WHEN 0 BEGIN') WHERE name = 'events_delete'"),
            schema("UPDATE sqlite_master SET sql = replace(sql, 'NEW.data IS NOT NULL', '0') WHERE name = 'events_update'"),
            schema("UPDATE sqlite_master SET tbl_name = 'documents' WHERE name = 'events_delete'"),
            transformed("events"),
            transformed("documents"),
        ),
        DETECTED,
        "opening is refused; `verify`: the guards, word for word",
        "guards are missing or changed: .*timeline verify|it is damaged",
    ),
    Attack(
        "A table of the log renamed, given a column, defined anew, or replaced by a view",
        (
            sql("ALTER TABLE events RENAME TO past"),
            sql("ALTER TABLE events RENAME COLUMN data TO words"),
            sql("ALTER TABLE events ADD COLUMN more TEXT"),
            sql("ALTER TABLE documents ADD COLUMN more TEXT DEFAULT 'x'"),
            sql("ALTER TABLE events RENAME TO past", "CREATE VIEW events AS SELECT * FROM past"),
            sql("ALTER TABLE events RENAME TO past", "CREATE TABLE events AS SELECT * FROM past"),
            schema("UPDATE sqlite_master SET sql = replace(sql, ' STRICT', '') WHERE name = 'events'"),
            schema("UPDATE sqlite_master SET sql = replace(sql, '  TEXT,', '  TEXT DEFAULT 0,') WHERE name = 'events'"),
            sql("DROP INDEX events_redactions"),
        ),
        DETECTED,
        "opening is refused; `verify`: the tables, word for word",
        "guards are missing or changed: .*timeline verify",
    ),
    Attack(
        "A trigger of one's own that swallows or changes what is appended, also one hidden with `writable_schema`",
        (
            sql("CREATE TRIGGER mine BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END"),
            sql("CREATE TRIGGER mine AFTER INSERT ON EVENTS BEGIN INSERT INTO documents VALUES ('x', x'00'); END"),
            sql('CREATE TRIGGER mine AFTER UPDATE OF data ON "Events" BEGIN SELECT 1; END'),
            sql("CREATE TRIGGER mine BEFORE INSERT ON documents BEGIN SELECT RAISE(IGNORE); END"),
            sql("CREATE TRIGGER mine BEFORE INSERT ON checkpoints BEGIN SELECT RAISE(IGNORE); END"),
            sql("CREATE TRIGGER mine BEFORE DELETE ON signatures BEGIN SELECT RAISE(IGNORE); END"),
            then(
                sql("CREATE TRIGGER mine BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END"),
                schema("UPDATE sqlite_master SET type = 'view' WHERE name = 'mine'"),
            ),
            sql("CREATE TRIGGER mine BEFORE INSERT ON events WHEN edtf_words('2025') <> '' BEGIN SELECT RAISE(IGNORE); END"),
            sql("CREATE TRIGGER mine BEFORE INSERT ON events WHEN nobody_has_this() BEGIN SELECT RAISE(IGNORE); END"),
            sql("CREATE TRIGGER mine AFTER INSERT ON events BEGIN DELETE FROM nowhere; END"),
            then(
                sql("CREATE TRIGGER mine BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END"),
                schema("UPDATE sqlite_master SET type = 'index', name = 'x', tbl_name = 'x' WHERE name = 'mine'"),
            ),
        ),
        DETECTED,
        "opening is refused; `verify`: the triggers that SQLite would run",
        "guards are missing or changed: mine.*timeline verify|it is damaged",
    ),
    Attack(
        "A trigger of one's own on a read table; a view or table of ours replaced",
        (
            sql("CREATE TRIGGER mine AFTER INSERT ON Happenings BEGIN UPDATE happenings SET title = 'x'; END"),
            sql("CREATE TRIGGER mine BEFORE INSERT ON tree BEGIN SELECT RAISE(IGNORE); END"),
            sql("CREATE TRIGGER mine BEFORE UPDATE ON projected BEGIN SELECT RAISE(IGNORE); END"),
            sql("CREATE TRIGGER mine BEFORE INSERT ON happenings_fts_data BEGIN SELECT RAISE(IGNORE); END"),
            sql("CREATE TRIGGER mine AFTER INSERT ON sources WHEN actor_id('x') = 'x' BEGIN DELETE FROM sources; END"),
            sql("CREATE TRIGGER mine INSTEAD OF UPDATE ON timeline BEGIN SELECT 1; END"),
            sql("DROP VIEW timeline", "CREATE VIEW timeline AS SELECT 'another' AS title"),
            sql("DROP VIEW source_texts", "CREATE TABLE source_texts AS SELECT 'report' AS source, 'another' AS text"),
            schema("UPDATE sqlite_master SET sql = replace(sql, 'title', '''x'' AS title') WHERE name = 'timeline'"),
        ),
        DETECTED,
        "`verify`: the triggers that SQLite would run, every definition",
        "not made by this program|is missing or changed",
    ),
    Attack(
        "An index of one's own: a unique one, with which `OR REPLACE` removes another event, or one that fails for the next event",
        (
            sql("CREATE UNIQUE INDEX mine ON events (data_hash)"),
            sql("CREATE UNIQUE INDEX mine ON documents (bytes)"),
            sql("CREATE INDEX mine ON events (abs(CASE WHEN position > 13 THEN -9223372036854775808 ELSE 1 END))"),
            sql("CREATE INDEX mine ON documents (sha256) WHERE abs(length(bytes)) > 0"),
            sql(
                "CREATE UNIQUE INDEX mine ON events (data_hash)",
                "INSERT OR REPLACE INTO events SELECT 14, 'happening/x', 1, type, recorded_at, recorded_by, data, salt, data_hash"
                " FROM events WHERE position = 3",
            ),
        ),
        DETECTED,
        "opening is refused; `verify`: the index, and the gap",
        "guards are missing or changed: index mine",
    ),
    Attack(
        "A temporary trigger, table or view, which hides ours in one's own process",
        (
            shadowed("CREATE TEMP TABLE events AS SELECT * FROM main.events"),
            shadowed("CREATE TEMP VIEW happenings AS SELECT * FROM main.happenings"),
            shadowed("CREATE TEMP TRIGGER mine BEFORE INSERT ON main.events BEGIN SELECT RAISE(IGNORE); END"),
        ),
        DETECTED,
        "`verify` there; the file stays as it is",
        "hides ours|not made by this program",
    ),
    Attack(
        "Guards dropped, words changed, guards put back; the same by editing the file's bytes or with `writable_schema`",
        (
            unguarded("UPDATE events SET data = replace(data, 'Marrakech', 'Casablanca')"),
            unguarded("UPDATE events SET salt = x'00' WHERE position = 3"),
            unguarded("UPDATE events SET data = data || char(0) WHERE position = 3"),
            unguarded("UPDATE events SET data = CAST(x'ff' AS TEXT) WHERE position = 3"),
            unguarded("UPDATE events SET recorded_by = 'x' || char(0), stream = CAST(x'ff' AS TEXT) WHERE position = 3"),
            replaced(b"Marrakech", b"Casablan."),
            replaced(b"The council meets", b"The council sleep"),
            then(
                schema("DELETE FROM sqlite_master WHERE type = 'trigger'"),
                sql("UPDATE events SET data = '{}' WHERE position = 3", *guards().values()),
            ),
        ),
        DETECTED,
        HASHES,
        "does not match its hash|cannot be read|do not match",
    ),
    Attack(
        "Words changed and their hash computed again; when or by whom it was recorded changed",
        (
            stated(3, title="The council sleeps"),
            stated(3, date="2024"),
            unguarded("UPDATE events SET recorded_at = '2020-01-01T00:00:00.000Z' WHERE position = 3"),
            unguarded("UPDATE events SET recorded_by = 'Nobody' WHERE position = 3"),
            replaced(b"The editors", b"The printer"),
            unguarded("UPDATE events SET type = 'HappeningRetracted' WHERE position = 6"),
        ),
        DETECTED,
        "`verify`: the tree, the kept checkpoints, the read tables",
        "do not match their stored hash",
    ),
    Attack(
        "The last event dropped, one from the middle (positions closed up), two that change places, the whole re-sorted",
        (
            unguarded("DELETE FROM events WHERE position = 13"),
            unguarded("DELETE FROM events WHERE position = 5"),
            unguarded(*DROPPED),
            unguarded(*moved(4, 5)),
            unguarded(*moved(3, 6)),
            unguarded("UPDATE events SET position = -position", "UPDATE events SET position = position + 14"),
        ),
        DETECTED,
        "`verify`: the tree, the gaps, versions in order, the kept checkpoints",
        "do not match|has more hashes than the events give|is missing|events were dropped",
    ),
    Attack(
        "All of that with hashes, tree, read tables and kept checkpoints computed again: a perfect forgery",
        (
            perfect(then(stated(5, date="2024"), stated(13, date="2024"))),
            perfect(unguarded("UPDATE events SET recorded_at = '2020-01-01T00:00:00.000Z' WHERE position = 3")),
            perfect(then(unguarded(*DROPPED), rehash)),
            perfect(unguarded(*moved(4, 5))),
            perfect(
                then(
                    sql("CREATE TABLE kept AS SELECT * FROM events"),
                    sql(*ANEW),
                    sql(
                        "INSERT INTO events"
                        " SELECT position, stream, version, type, recorded_at, 'Nobody', data, salt, data_hash FROM kept"
                    ),
                    sql("DROP TABLE kept", *(text for name, text in guards().items() if name.startswith("events"))),
                )
            ),
        ),
        DETECTED,
        AGAINST,
        "have another root: this is another log, or its past was changed",
    ),
    Attack(
        "Another timeline in its place: the file swapped, `backup()` over it",
        (swapped, backed_up_over),
        DETECTED,
        AGAINST,
        "have another root",
    ),
    Attack(
        "An older copy in its place; the WAL of a file that was not closed taken away",
        (rolled_back, without_journal),
        DETECTED,
        AGAINST,
        "events were dropped, or this is an older copy",
    ),
    Attack(
        "The WAL or the journal of another file laid beside it",
        (beside("-wal"), beside("-journal")),
        DETECTED,
        "opening, or `verify --against`: what is then there is damaged, or another log",
        ".",
    ),
    Attack(
        "Forged pages in a published file, and beside it a WAL with the genuine ones, which `datasette -i` does not read",
        (laid_bare,),
        DETECTED,
        "`verify`: no journal belongs beside a published file",
        "lies beside a published file",
    ),
    Attack(
        "A journal of an interrupted write, with forged pages that SQLite would put into the file",
        (cut_off,),
        DETECTED,
        "opening it to be read, also for `verify` and `verify_log.py`, is refused until SQLite has done so",
        "-journal of an interrupted write",
    ),
    Attack(
        "A forged event appended: by plain SQL, without its read tables, or one that the program would refuse",
        (
            row(),
            row(stream="happening/a b"),
            without_guards(row(stream="source/\x7f")),
            without_guards(citing()),
            citing(sha256=digest(NOTE), text_sha256=digest(NOTE)),
            without_guards(appended("happening/x", "Something", {})),
            appended("happening/vote", "HappeningCorrected", {"statement": {}, "changes": {}, "reason": "none"}),
        ),
        DETECTED,
        "`verify`: the form of every event, and every quotation",
        "position 14",
    ),
    Attack(
        "A forged source: the real bytes of a page or an e-mail, an invented text, and the extractor that would read them",
        (
            invented(b"<p>She gave no reason.</p>", "text/html"),
            invented(b"From: a@example.org\nSubject: No\n\nShe gave no reason.\n", "message/rfc822"),
            invented(b"<p>She gave no reason.</p>", "text/html", "given as text"),
        ),
        DETECTED,
        "`verify`: each text, read again from its document where the same extractor is at hand",
        r"position 14, source/real@1: text_sha256: (is not the text that .* reads from|the text is not that of) the document",
    ),
    Attack(
        "A forged event that says it was recorded long ago",
        (backdated,),
        DETECTED,
        "it has no proof under a checkpoint of that time",
        "is at position 14, but the checkpoint covers 11",
    ),
    Attack(
        "A correction or retraction that changes more than it says",
        (
            lambda case: hidden(case, "happening/word", "HappeningCorrected", {"title": "Ann Lee lies"}, {"place": "Rabat"}),
            lambda case: hidden(case, "happening/word", "HappeningRetracted", {"title": "Ann Lee lies"}, None),
        ),
        DETECTED,
        "`verify`: each version against the one before",
        "differs from the version before",
    ),
    Attack(
        "A redaction of another stream's event, of a redaction, twice, of no event; of a document that others cite, or not its own",
        REDACTIONS,
        REFUSED,
        GUARD,
        "redactions take away",
    ),
    Attack(
        "The same with the guards dropped, and put back",
        tuple(map(without_guards, REDACTIONS)),
        DETECTED,
        "`verify`: redactions against what is gone, and every quotation",
        "redacts position|cannot be verified|no such document|is not a document of that source",
    ),
    Attack(
        "A redaction that keeps another document than its event named, so as to put that one in the place of what was archived",
        (*SWAPS, lambda case: hidden(case, "source/note", "SourceArchived", {"sha256": digest(REPORT)}, {})),
        REFUSED,
        GUARD,
        "redactions take away|citations are immutable|sources are immutable",
    ),
    Attack(
        "The same with the guards dropped, and put back, while any other event still names the genuine document",
        tuple(map(without_guards, SWAPS)),
        DETECTED,
        "`verify`, `verify_log.py`: each source's hashes, as its events and every citation of it give them",
        "names another document|no event confirms",
    ),
    Attack(
        "The same where every event that names the genuine document is redacted too, and the invented one is cited afterwards",
        (unseen(without_guards(outlived)),),
        DETECTED,
        "`verify --against`, `verify_log.py`: no event that the checkpoint covers says which document it was",
        "is the first event that still names the document",
    ),
    Attack(
        "An event without the form of one: an unknown type, another stream, no time, no object, a hash or salt of another length",
        FORMLESS,
        REFUSED,
        GUARD,
        "events have a form|malformed JSON",
    ),
    Attack(
        "Such an event put in with the guards dropped, then redacted, so that only its author and its year are shown",
        (then(without_guards(FORMLESS[0]), BLANKED),),
        DETECTED,
        "`verify`: the length of every hash",
        "its hash is not a SHA-256",
    ),
    Attack(
        "Any of these in a program that runs no triggers (`.dbconfig enable_trigger off` in SQLite's shell)",
        (
            switched_off("UPDATE events SET data = replace(data, 'Marrakech', 'Casablanca')"),
            switched_off("DELETE FROM events WHERE position = 13"),
            switched_off(
                "INSERT OR REPLACE INTO events SELECT 3, stream, version, type, '', '', data, salt, data_hash FROM events"
            ),
            switched_off("UPDATE events SET data = NULL, salt = NULL WHERE position = 3"),
            switched_off("UPDATE documents SET bytes = x'00'"),
            switched_off("DELETE FROM checkpoints WHERE number = 1"),
        ),
        DETECTED,
        "`verify`, as with the guards dropped",
        "does not match its hash|is missing|do not match|no EventRedacted|do not have this SHA-256|has more|are not those",
    ),
    Attack(
        "Guards dropped: blanked without a redaction, a redacted event filled or document restored, guards put back",
        (
            unguarded("UPDATE events SET data = NULL, salt = NULL WHERE position = 3"),
            unguarded("UPDATE events SET salt = NULL WHERE position = 3"),
            unguarded("UPDATE events SET data = '{}', salt = x'00000000000000000000000000000000' WHERE position = 10"),
            unguarded(f"INSERT INTO documents VALUES ('{sha256(CONFIDENCE.encode()).hexdigest()}', CAST('{CONFIDENCE}' AS BLOB))"),
        ),
        DETECTED,
        "`verify`: redactions against what is gone",
        "no EventRedacted says why|altered|is in the archive, although",
    ),
    Attack(
        "A document altered, removed, put in without an event, or altered together with the hash it is kept under",
        (
            unguarded("UPDATE documents SET bytes = x'00' WHERE rowid = 1"),
            unguarded("DELETE FROM documents WHERE rowid = 1"),
            sql(f"INSERT INTO documents VALUES ('{sha256(b'x').hexdigest()}', CAST('x' AS BLOB))"),
            unguarded(f"UPDATE documents SET bytes = CAST('x' AS BLOB), sha256 = '{sha256(b'x').hexdigest()}' WHERE rowid = 1"),
            replaced(b"met in Marrakech on 24", b"met in Marrakech on 25"),
        ),
        DETECTED,
        "`verify`: every document's hash, every quotation",
        "do not have this SHA-256|no such document|belongs to no source",
    ),
    Attack(
        "A source whose text is not its document's, or is told to be decoded by a codec that no document is in",
        (misread("given as text"), misread("decoded as utf-8"), misread("decoded as punycode"), misread("decoded as x")),
        DETECTED,
        "`verify`: every document decoded again, in the encodings of documents alone",
        "the text is not that of the document|is not the name of a text encoding",
    ),
    Attack(
        "Rows of the read tables, the search or the tree altered, added or removed",
        (
            sql("UPDATE happenings SET title = 'x'"),
            sql("DELETE FROM citations"),
            sql("INSERT INTO happening_tags VALUES ('meeting', 'x')"),
            sql("UPDATE happenings_fts SET title = 'x'"),
            sql("DELETE FROM happenings_fts_idx"),
            sql("INSERT INTO happenings_fts (happenings_fts, rank) VALUES ('rank', 'nobody_has_this()')"),
            sql("INSERT INTO sources_fts (sources_fts, rank) VALUES ('rank', 'bm25(0.0, 0.0, 0.0, 0.0, 9.0)')"),
            sql("UPDATE projected SET position = 1"),
            sql("UPDATE tree SET hash = zeroblob(32) WHERE number = 2"),
            sql("DELETE FROM tree WHERE number = 3"),
            sql("INSERT INTO tree VALUES (99, zeroblob(32))"),
            sql("DELETE FROM tree"),
        ),
        DETECTED,
        "`verify`: all of it derived again from the log",
        "differs from|is missing|does not follow|does not find|do not match|has more",
    ),
    Attack(
        "A kept checkpoint or signature altered, or removed from between others",
        (
            unguarded("UPDATE checkpoints SET root = zeroblob(32) WHERE number = 1"),
            unguarded("UPDATE checkpoints SET size = 12 WHERE number = 1"),
            unguarded("UPDATE checkpoints SET origin = 'another' WHERE number = 1"),
            unguarded("UPDATE checkpoints SET origin = 'a' || char(10) || 'b' WHERE number = 1"),
            unguarded("UPDATE checkpoints SET kept_at = 'long ago' WHERE number = 1"),
            unguarded("UPDATE signatures SET signature = zeroblob(64) WHERE number = 1"),
            unguarded("UPDATE signatures SET checkpoint = 2 WHERE number = 2"),
            unguarded("UPDATE signatures SET public_key = replace(public_key, 'example', 'sample')"),
            unguarded("DELETE FROM signatures WHERE checkpoint = 1", "DELETE FROM checkpoints WHERE number = 1"),
            unguarded("DELETE FROM signatures WHERE number = 2"),
            sql("INSERT INTO checkpoints VALUES (3, 'example.org/timeline', 10, zeroblob(32), '2026-02-01T00:00:00.000Z')"),
            sql("INSERT INTO checkpoints VALUES (3, 'x' || char(10), 10, zeroblob(32), '2026-02-01T00:00:00.000Z')"),
            sql("INSERT INTO signatures SELECT 4, 2, public_key, zeroblob(64), kept_at FROM signatures WHERE number = 3"),
            sql("INSERT INTO signatures SELECT 4, 2, 'x+00000000+AA==', signature, kept_at FROM signatures WHERE number = 3"),
        ),
        DETECTED,
        "`verify`: the log's root at that size, the signature, the numbers",
        "another root|is not valid|is malformed|signed as a log|cannot be read|is missing|has no valid time",
    ),
    Attack(
        "A checkpoint or a signature added that is backdated, out of turn, or of what is not there; a time that is none",
        tuple(sql(statement) for statement in OUT_OF_TURN),
        REFUSED,
        GUARD,
        "immutable and in order",
    ),
    Attack(
        "The same with the guards taken away, and put back",
        tuple(unguarded(statement) for statement in OUT_OF_TURN),
        DETECTED,
        "`verify`: times in order and not before what they rest on, the numbers, the log's root",
        "backdated|it was altered|has no valid time|was removed|events were dropped|cannot be read|is missing",
    ),
    Attack(
        "A checkpoint added that has the log's root under another name, signed by a key of one's own",
        (self_signed,),
        DETECTED,
        "`verify` and the pages: whose key that is, the file cannot tell; the log's name and the owner's key stay",
        "1 of evil.example, signed by evil.example .* the file cannot prove that the key is theirs",
    ),
    Attack(
        "A public key under which anyone can sign: the eight points of small order, and other forms of them",
        tuple(lambda case, key=key: Key.parse(str(key)) for key in weak("example.org/timeline")),  # type: ignore[misc]
        REFUSED,
        "whatever reads a key: the program, both verifiers, the browser",
        "anyone can sign with it",
    ),
    Attack(
        "A checkpoint of no events, to which every log adds",
        tuple(lambda case, root=root: of_nothing(case, root) for root in (merkle.EMPTY, bytes(32))),  # type: ignore[misc]
        REFUSED,
        "whatever reads a checkpoint: the program, both verifiers, the browser",
        "covers no event, so it proves nothing",
    ),
    Attack(
        "A forged checkpoint: another root, key or origin, more lines, a bad signature beside a good one, one moved here",
        (
            forged_note(lambda case, kept: Note(replace(kept, root=bytes(32)).text, case.kept.signatures)),
            forged_note(lambda case, kept: signed(case.key, replace(kept, root=bytes(32)))),
            forged_note(lambda case, kept: signed(SigningKey.new("example.org/timeline"), kept)),
            forged_note(lambda case, kept: signed(case.key, replace(kept, origin="another.example"))),
            forged_note(lambda case, kept: Note(replace(kept, extensions=("more",)).text, case.kept.signatures)),
            forged_note(lambda case, kept: Note(kept.text)),
            forged_note(lambda case, kept: signed(case.key, replace(kept, size=999))),
            forged_note(two_signatures),
            forged_note(moved_signature),
        ),
        DETECTED,
        "`verify --against --trust`: the signature, its key's name, the root",
        "is not valid|not by|not its own signature|signed by nobody|another root|events were dropped",
    ),
    Attack(
        "A forged proof: words, leaf, index, hash or checkpoint altered, or of another tree",
        (
            forged_proof(lambda case, proof: replace(proof, proven=replace(proof.proven, data='{"statement":{}}'))),
            forged_proof(lambda case, proof: replace(proof, proven=replace(proof.proven, salt=bytes(16)))),
            forged_proof(lambda case, proof: of_leaf(proof, "The editors", "Nobody")),
            forged_proof(lambda case, proof: of_leaf(proof, "2026-", "2020-")),
            forged_proof(lambda case, proof: of_leaf(proof, '"position":3', '"position":4')),
            forged_proof(lambda case, proof: replace(proof, index=3)),
            forged_proof(lambda case, proof: replace(of_leaf(proof, '"position":3', '"position":4'), index=3)),
            forged_proof(lambda case, proof: replace(proof, hashes=(bytes(32), *proof.hashes[1:]))),
            forged_proof(lambda case, proof: replace(proof, hashes=proof.hashes[:-1])),
            forged_proof(lambda case, proof: replace(proof, hashes=(*proof.hashes, bytes(32)))),
            forged_proof(
                lambda case, proof: replace(proof, note=Note(replace(proof.checkpoint, size=10).text, proof.note.signatures))
            ),
            forged_proof(
                lambda case, proof: replace(proof, note=Note(proof.note.text.replace("timeline", "others"), proof.note.signatures))
            ),
            forged_proof(of_other_tree),
        ),
        DETECTED,
        "`verify-proof --trust`",
        "does not match the hash|does not lead|says position|hashes|is not valid|not by|root",
    ),
    Attack(
        "`application_id` or `user_version` changed",
        (
            sql("PRAGMA application_id = 0"),
            sql("PRAGMA application_id = 1"),
            sql("PRAGMA user_version = 1"),
            sql("PRAGMA user_version = 99"),
        ),
        DETECTED,
        "opening is refused",
        "is not a timeline|version|release",
    ),
)
CASES = [
    pytest.param(attack, attempt, id=f"{attack.attack[:50]} {number}")
    for attack in ATTACKS
    for number, attempt in enumerate(attack.tries, start=1)
]


def hidden(case: Case, stream: str, type: str, altered: dict[str, str], changes: dict[str, str] | None) -> None:
    """Append a statement with more changed than it says, in a correction or, without changes, a retraction."""
    with Timeline(case.path, read_only=True, guarded=False) as timeline:
        statement = timeline.log.stream(stream)[-1].payload["statement"]
    payload = {"statement": {**statement, **altered, **(changes or {})}, "reason": "none"}
    if changes is not None:
        payload["changes"] = changes
    appended(stream, type, payload)(case)


def test_a_timeline_that_nobody_attacks_is_sound(case: Case) -> None:
    """Nothing is found without an attack; so what is found is found because of it."""
    assert case.found() == []
    case.unguarded()
    assert case.found() == []


@pytest.mark.parametrize(("attack", "attempt"), CASES)
def test_it_is_refused_or_detected(case: Case, attack: Attack, attempt: Try) -> None:
    """Refused: an error says why, and nothing in the file changed. Detected: it goes through, and what is found says so."""
    before = dump(case.path)
    if attack.outcome == REFUSED:
        with pytest.raises((sqlite3.Error, TimelineError), match=attack.says):
            attempt(case)
        assert dump(case.path) == before
        assert case.found() == []
        return
    told = attempt(case)
    found = [told] if told is not None else case.found()
    assert any(re.search(attack.says, one) for one in found), found


def test_a_redaction_takes_away_data_and_salt_or_neither(case: Case) -> None:
    """Nor does it let anything else of its event change."""
    redaction("happening/meeting", 6)(case)
    for change in ("data = NULL", "salt = NULL", "data = '{}', salt = NULL", "data = NULL, salt = NULL, recorded_by = 'x'"):
        with pytest.raises(sqlite3.IntegrityError, match="immutable"):
            case.sql(f"UPDATE events SET {change} WHERE position = 6")


@pytest.mark.parametrize("change", ["DROP TRIGGER events_delete", "CREATE TRIGGER x BEFORE INSERT ON events BEGIN SELECT 1; END"])
def test_nothing_is_appended_to_a_file_whose_guards_changed(case: Case, change: str) -> None:
    """Neither opened for reading nor for writing."""
    case.sql(change)
    for read_only in (True, False):
        with pytest.raises(GuardsMissing, match="tampered with"):
            Timeline(case.path, read_only=read_only)


@pytest.mark.parametrize(
    "statement",
    [
        "PRAGMA journal_mode = DELETE",
        "PRAGMA journal_mode = TRUNCATE",
        "VACUUM",
        "ANALYZE",
        "REINDEX",
        "CREATE TABLE mine (x); CREATE TRIGGER mine_too AFTER INSERT ON mine BEGIN SELECT 1; END; INSERT INTO mine VALUES (1)",
        "CREATE VIEW mine AS SELECT * FROM events",
        "CREATE INDEX mine ON events (recorded_by)",
    ],
)
def test_what_changes_nothing_of_ours_is_no_fault(case: Case, statement: str) -> None:
    """How SQLite keeps the file, and tables and views of one's own beside ours, are nobody's attack."""
    with closing(sqlite3.connect(case.path, isolation_level=None)) as connection:
        connection.executescript(statement)
    assert case.found() == []


def test_a_checkpoint_kept_elsewhere_holds_without_the_one_in_the_file(case: Case) -> None:
    """Whoever removes the last kept checkpoint takes away no evidence: the copy outside proves and compares as before."""
    case.unguarded("DELETE FROM signatures WHERE checkpoint = 2", "DELETE FROM checkpoints WHERE number = 2")
    assert case.found() == []
    with Timeline(case.path) as timeline:
        timeline.prove(3, case.kept).check()
        again = timeline.checkpoint(case.key)
    assert Checkpoint.of(again).size == 13


def rendered() -> Iterator[str]:
    """Write the manual's table."""
    yield "| attack | outcome | by what |"
    yield "| --- | --- | --- |"
    for attack in ATTACKS:
        yield f"| {attack.attack} | {attack.outcome} | {attack.by} |"


def test_the_manual_tells_of_every_attack() -> None:
    """Its table has exactly the rows of this file, so that it promises nothing that is not tried."""
    assert "\n".join(rendered()) in (PROJECT / "timeline" / "manual" / "proof.md").read_text(encoding="utf-8")
