"""Every way past the guards that we know of is refused by them, or detected afterwards; and the manual's table says so."""

import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import attacks_on_checkpoints
import attacks_on_documents
import attacks_on_events
import attacks_on_guards
import attacks_over_http
import pytest
from attack_case import REFUSED, Attack, Case, Try, build
from attack_steps import redaction
from examples import PROJECT

from timeline import Timeline
from timeline.errors import GuardsMissing, TimelineError
from timeline.merkle import Checkpoint

ATTACKS = (
    *attacks_on_guards.ATTACKS,
    *attacks_on_events.ATTACKS,
    *attacks_on_documents.ATTACKS,
    *attacks_on_checkpoints.ATTACKS,
    *attacks_over_http.ATTACKS,
)
CASES = [
    pytest.param(
        attack,
        attempt,
        id=f"{attack.attack[:50]} {number}",
        marks=[pytest.mark.datasette] if attack in attacks_over_http.ATTACKS else [],
    )
    for attack in ATTACKS
    for number, attempt in enumerate(attack.tries, start=1)
]


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
