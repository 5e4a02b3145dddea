"""The timeline that is attacked, and how an attack on it is described."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from examples import REPORT, Clock

from timeline import Timeline
from timeline.audit import verify
from timeline.errors import DatabaseRefused, TimelineError
from timeline.log.schema import guards
from timeline.merkle import Key, Note
from timeline.proof.signing import SigningKey

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


REFUSED, DETECTED = "refused", "detected"
GUARD = "a trigger, in every program that runs triggers"
HASHES = "`verify`: the hash of what was said, the tree"
AGAINST = "`verify --against` a checkpoint kept elsewhere"


def told(check: Callable[[], object]) -> str:
    """Tell how a check refuses what it is given."""
    with pytest.raises(TimelineError) as caught:
        check()
    assert "\n" not in str(caught.value)
    return str(caught.value)
