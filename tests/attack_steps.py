"""Ways to try an attack on the file of a timeline: by SQL, past its guards, on its bytes, or with another file."""

import json
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest
import sqlite_utils
from attack_case import INVENTED, Case, Try, told
from examples import Clock

from timeline import Timeline, capture, merkle, projections
from timeline.audit import verify
from timeline.log.log import canonical
from timeline.log.published_copies import FILES as PUBLISHED
from timeline.log.schema import guards
from timeline.log.sql_scripts import statements
from timeline.merkle import Checkpoint


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
DROPPED = (
    "DELETE FROM events WHERE position = 5",
    "UPDATE events SET version = version - 1 WHERE stream = 'happening/word'",
    "UPDATE events SET type = 'HappeningRecorded', data = json_remove(data, '$.changes', '$.reason') WHERE position = 13",
    "UPDATE events SET position = -position WHERE position > 5",
    "UPDATE events SET position = -position - 1 WHERE position < 0",
    "UPDATE events SET data = json_set(data, '$.position', 9) WHERE type = 'EventRedacted'",
)
ANEW = ("DROP TABLE events", *(s for s in statements("timeline.log", "schema.sql") if re.match("CREATE (TABLE|INDEX) events", s)))


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


def hidden(case: Case, stream: str, type: str, altered: dict[str, str], changes: dict[str, str] | None) -> None:
    """Append a statement with more changed than it says, in a correction or, without changes, a retraction."""
    with Timeline(case.path, read_only=True, guarded=False) as timeline:
        statement = timeline.log.stream(stream)[-1].payload["statement"]
    payload = {"statement": {**statement, **altered, **(changes or {})}, "reason": "none"}
    if changes is not None:
        payload["changes"] = changes
    appended(stream, type, payload)(case)


def citing(**hashes: str) -> Try:
    """Append a happening that cites a source with other hashes than it was archived with."""
    statement = {"title": "Forged", "date": "2025", "citations": [{**FORGED, **hashes}]}
    return appended("happening/x", "HappeningRecorded", {"statement": statement})
