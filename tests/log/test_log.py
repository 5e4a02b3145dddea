"""The log: append-only, gapless, guarded, canonical, and clear about files that it cannot use."""

import hashlib
import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from timeline import ArchivedSource, Timeline
from timeline.errors import AlreadyRecorded, DatabaseRefused, GuardsMissing, StatementInvalid
from timeline.log.log import Log, canonical
from timeline.log.new_file import APPLICATION_ID
from timeline.log.schema import guards
from timeline.quotes import Text
from timeline.statements import SourceText, of_happening

ROW = (
    "INSERT{mode} INTO events VALUES ({position}, 'happening/x', {version}, 'HappeningRecorded',"
    " '2026-01-01T00:00:00.000Z', 'me', '{{\"statement\":{{}}}}', zeroblob(16), zeroblob(32))"
)


def refused(path: Path, statement: str) -> str:
    """Return what plain sqlite3 says to a statement."""
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError) as caught:
        connection.execute(statement)
    connection.close()
    return str(caught.value)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET data = '{}' WHERE position = 2",
        "UPDATE events SET recorded_by = 'someone else'",
        "UPDATE OR REPLACE events SET position = 1 WHERE position = 2",
        "UPDATE events SET data = NULL, salt = NULL WHERE position = 2",
        "DELETE FROM events WHERE position = 2",
        ROW.format(mode=" OR REPLACE", position=2, version=1),
        ROW.format(mode=" OR REPLACE", position=3, version=1).replace("happening/x", "happening/meeting"),
        ROW.format(mode="", position=4, version=1),
        ROW.format(mode="", position=3, version=2),
        ROW.format(mode="", position=0, version=1),
        ROW.format(mode="", position=-1, version=1),
        ROW.format(mode="", position=3, version=1).replace("zeroblob(16)", "NULL"),
        "REPLACE INTO documents SELECT sha256, x'00' FROM documents",
        "INSERT OR REPLACE INTO documents (rowid, sha256, bytes) VALUES (1, 'another', x'00')",
        "UPDATE documents SET bytes = x'00'",
        "DELETE FROM documents",
    ],
)
def test_plain_sqlite_cannot_change_the_past(timeline: Timeline, meeting: str, path: Path, statement: str) -> None:
    """Every plain way to change or remove an event or a document is refused with a reason, and changes nothing."""
    before = list(timeline.events())
    assert "immutable" in (message := refused(path, statement)) or "gapless" in message
    assert list(timeline.events()) == before


def test_an_upsert_cannot_change_the_past(timeline: Timeline, meeting: str, path: Path) -> None:
    """INSERT … ON CONFLICT DO UPDATE is refused like any other change."""
    statement = ROW.format(mode="", position=2, version=1) + " ON CONFLICT (position) DO UPDATE SET data = '{}'"
    assert "immutable" in refused(path, statement)


def test_data_is_hashed_with_its_salt_over_the_stored_bytes(timeline: Timeline, meeting: str) -> None:
    """data_hash is SHA-256(salt || data), and every salt is its own."""
    events = list(timeline.events())
    for event in events:
        assert event.data_hash == hashlib.sha256((event.salt or b"") + (event.data or "").encode()).digest()
    assert len({event.salt for event in events}) == len(events)


texts = st.text(st.characters(exclude_categories=["Cs"]))
names = st.text("abcdefghijklmnopqrstuvwxyz_", min_size=1, max_size=9)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(names, inner),
    max_leaves=20,
)


@given(st.dictionaries(names, values))
def test_stored_data_is_canonical_json(data: dict[str, object]) -> None:
    """Our canonical form is that of RFC 8785, as another implementation writes it."""
    assert canonical(data).encode() == rfc8785.dumps(data)  # type: ignore[arg-type]


def test_events_are_gapless_and_named_by_stream_and_version(timeline: Timeline, meeting: str) -> None:
    """Positions count over the log, versions within a stream, and an id is stream@version."""
    timeline.correct(meeting, reason="a better source", title="The council sits")
    assert [(event.position, event.id) for event in timeline.events()] == [
        (1, "source/report@1"),
        (2, "happening/meeting@1"),
        (3, "happening/meeting@2"),
    ]


def test_events_are_read_from_the_first_one_on(timeline: Timeline, meeting: str) -> None:
    """Or after a position."""
    assert [event.position for event in timeline.log.events()] == [1, 2]
    assert [event.position for event in timeline.log.events(1)] == [2]
    assert list(timeline.log.events(2)) == []


def test_events_have_a_time_and_an_author(timeline: Timeline, report: ArchivedSource) -> None:
    """recorded_at is UTC RFC 3339; recorded_by is the author of the open timeline."""
    (event,) = timeline.events()
    assert (event.recorded_at, event.recorded_by) == ("2026-01-01T00:00:01.000Z", "tester")


def test_a_file_without_its_guards_is_refused(timeline: Timeline, meeting: str, path: Path) -> None:
    """Each missing or changed guard is named, and the message has the next step."""
    timeline.close()
    for name in guards():
        copy = path.with_name(f"{name}.db")
        shutil.copy(path, copy)
        connection = sqlite3.connect(copy)
        connection.execute(f"DROP TRIGGER {name}")
        connection.close()
        with pytest.raises(GuardsMissing, match=f"{name}.*timeline verify --db"):
            Timeline(copy)
    connection = sqlite3.connect(copy)
    connection.execute(guards()[name].replace("BEGIN", "WHEN 0 BEGIN", 1))
    connection.close()
    with pytest.raises(GuardsMissing, match=name):
        Timeline(copy)


def test_another_sqlite_file_is_refused_and_left_alone(path: Path) -> None:
    """A file with tables of its own is not a timeline."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE mine (x)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(DatabaseRefused, match="is not a timeline"):
        Timeline(path)
    assert path.read_bytes() == before


def test_a_file_that_is_not_sqlite_is_refused(path: Path) -> None:
    """Any other file is refused by name."""
    path.write_text("This is a shopping list, and long enough to be mistaken for something else. " * 20)
    with pytest.raises(DatabaseRefused, match="not an SQLite file"):
        Timeline(path)


def test_a_file_of_a_newer_format_is_refused(timeline: Timeline, path: Path) -> None:
    """An earlier version does not touch the file of a later one."""
    timeline.log.make()
    timeline.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(DatabaseRefused, match=r"newer version.*Upgrade"):
        Timeline(path)


def test_a_missing_file_is_not_made_for_reading(path: Path) -> None:
    """Reading never makes a file."""
    with pytest.raises(DatabaseRefused, match="no such file"):
        Timeline(path, read_only=True)
    assert not path.exists()


def test_an_empty_file_is_not_a_timeline_yet(path: Path) -> None:
    """After a killed first build, nobody can read the file, and the next writer makes it a timeline."""
    path.touch()
    with pytest.raises(DatabaseRefused, match="it is empty"):
        Timeline(path, read_only=True)
    with Timeline(path) as timeline:
        assert timeline.archive(text="words", id="words", title="Words").position == 1


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    """The message is one clear line."""
    with pytest.raises(DatabaseRefused, match="folder is missing"):
        Timeline(tmp_path / "nowhere" / "timeline.db")


def test_a_read_only_timeline_refuses_appends(timeline: Timeline, meeting: str, path: Path) -> None:
    """Reading works."""
    with Timeline(path, read_only=True) as reader:
        assert reader.happening(meeting).title == "The council meets"
        with pytest.raises(DatabaseRefused, match="reading only"):
            reader.correct(meeting, title="Another", reason="none")


def test_a_full_disk_loses_nothing(timeline: Timeline, meeting: str) -> None:
    """If no page can be added, the whole append is refused, and the next one works."""
    timeline.log.connection.execute("PRAGMA max_page_count = 1")
    (pages,) = timeline.log.connection.execute("PRAGMA page_count").fetchone()
    timeline.log.connection.execute(f"PRAGMA max_page_count = {pages}")
    before = list(timeline.events())
    with pytest.raises(DatabaseRefused, match=r"disk is full.*Free some space"):
        timeline.archive(text="a" * 1_000_000, id="large", title="Large")
    assert list(timeline.events()) == before
    timeline.log.connection.execute("PRAGMA max_page_count = 1000000")
    assert timeline.archive(text="a" * 1_000_000, id="large", title="Large").position == 3


def test_a_busy_file_is_reported_after_a_wait(timeline: Timeline, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While another program holds the write lock, an append waits, then reports it; nobody sees "database is locked"."""
    timeline.log.connection.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseRefused, match=r"has been writing to it.*Try again"):
        timeline.archive(text="words", id="words", title="Words")
    other.execute("ROLLBACK")
    assert timeline.archive(text="words", id="words", title="Words").position == 1


def test_a_published_file_is_read_in_a_read_only_folder(timeline: Timeline, meeting: str, path: Path) -> None:
    """A closed file opened as immutable gives the same results."""
    timeline.close()
    log = Log(path, read_only=True)
    assert log.size() == 2
    log.close()


def test_the_file_has_its_id_and_format(timeline: Timeline, path: Path) -> None:
    """application_id and user_version mark the file as a timeline, and its format."""
    timeline.log.make()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert connection.execute("PRAGMA user_version").fetchone() == (4,)


def test_eight_writers_at_once_lose_nothing(path: Path) -> None:
    """Eight processes append 60 happenings each to one new file; all 480 are there, gapless, without any error."""
    writer = """
import sys
from timeline import Timeline
path, name = sys.argv[1:]
with Timeline(path) as timeline:
    source = timeline.archive(text=f"Writer {name} wrote these very words.", id=f"source-{name}", title=name)
    for n in range(60):
        timeline.record(f"h-{name}-{n}", title=f"{name} {n}", date="2003", citations=[source.quote("these very words")])
"""
    writers = [
        subprocess.Popen([sys.executable, "-c", writer, str(path), str(n)], stderr=subprocess.PIPE, text=True) for n in range(8)
    ]
    errors = [process.communicate()[1] for process in writers]
    assert errors == [""] * 8
    with Timeline(path, read_only=True) as timeline:
        events = list(timeline.events())
        assert [event.position for event in events] == list(range(1, 8 * 61 + 1))
        assert timeline.db["happenings"].count == 480
        assert json.loads(events[0].data or "")["statement"]["title"] in "01234567"


HIDING = "CREATE TRIGGER hide {when} ON {table} BEGIN {body}; END"


@pytest.mark.parametrize(
    ("when", "table", "body"),
    [
        ("BEFORE INSERT", "events", "SELECT RAISE(IGNORE)"),
        ("BEFORE INSERT", "documents", "SELECT RAISE(IGNORE)"),
    ],
)
def test_an_append_hidden_by_a_trigger_is_not_acknowledged(path: Path, when: str, table: str, body: str) -> None:
    """Another program adds a trigger while the timeline is open: every append is read back before it is acknowledged."""
    with Timeline(path, by="tester") as timeline:
        source = timeline.archive(text="The council met in Marrakech.", id="report", title="A report")
        with closing(sqlite3.connect(path)) as other:
            other.execute(HIDING.format(when=when, table=table, body=body))
        with pytest.raises(DatabaseRefused, match=r"was not stored as given.*nothing was changed.*timeline verify"):
            timeline.archive(text="Another report.", id="other", title="Another")
        if table == "events":
            with pytest.raises(DatabaseRefused, match="was not stored as given"):
                timeline.record("meeting", title="The council meets", date="2025", citations=[source.quote("met in Marrakech")])
        assert timeline.log.size() == 1
    with pytest.raises(GuardsMissing, match="hide"):
        Timeline(path)


@pytest.mark.parametrize(("when", "table"), [("BEFORE UPDATE", "events"), ("BEFORE DELETE", "documents")])
def test_a_redaction_prevented_by_a_trigger_is_not_acknowledged(path: Path, when: str, table: str) -> None:
    """The whole redaction is refused."""
    with Timeline(path, by="tester") as timeline:
        timeline.archive(text="A name.", id="name", title="A name")
        with closing(sqlite3.connect(path)) as other:
            other.execute(HIDING.format(when=when, table=table, body="SELECT RAISE(IGNORE)"))
        with pytest.raises(DatabaseRefused, match=r"was not (redacted|removed).*nothing was changed"):
            timeline.redact(1, reason="By law")
        assert timeline.log.size() == 1


def test_events_of_a_transaction_can_be_read_at_once(timeline: Timeline, report: ArchivedSource) -> None:
    """Pending events are written before any query that depends on them."""
    found = {"source": "report", "quote": "It sat for four days"}
    with timeline.transaction():
        for name in ("a", "b", "c"):
            timeline.record(name, title=name, date="2003", citations=[found])
            assert timeline.log.version(f"happening/{name}") == 1
            assert timeline.log.version("happening/z") == 0
        assert timeline.db.execute("SELECT count(*) FROM events").fetchone() == (4,)
        assert [event.id for event in timeline.log.events(1)] == ["happening/a@1", "happening/b@1", "happening/c@1"]
        timeline.correct("c", title="C", reason="a capital")
        assert timeline.log.size() == 5
    assert timeline.verify().faults == ()


def test_streams_looked_up_together_are_found_once_appended(timeline: Timeline, report: ArchivedSource) -> None:
    """An id that comes twice in one transaction is the same happening, or refused."""
    entry = {"id": "a", "title": "A", "date": "2003", "citations": [{"source": "report", "quote": "It sat for four days"}]}
    first, again, corrected = timeline.append_many([entry, entry, {"correct": "a", "title": "B", "reason": "r"}])
    assert (first.id, again.id, corrected.id) == ("happening/a@1", "happening/a@1", "happening/a@2")
    with pytest.raises(AlreadyRecorded):
        timeline.append_many([{**entry, "id": "b"}, {**entry, "id": "b", "title": "Another"}])
    assert timeline.log.size() == 3


def test_one_hidden_event_among_many_is_reported(timeline: Timeline, report: ArchivedSource, path: Path) -> None:
    """Events are written in batches; all are read back, and none is stored."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TRIGGER hides BEFORE INSERT ON events WHEN NEW.position = 9 BEGIN SELECT RAISE(IGNORE); END")
    entry = {"title": "A", "date": "2003", "citations": [{"source": "report", "quote": "It sat for four days"}]}
    with pytest.raises(DatabaseRefused):
        timeline.append_many([{**entry, "id": f"h{number}"} for number in range(8)])
    assert timeline.log.size() == 1


@given(
    st.fixed_dictionaries(
        {
            "title": st.text('aé\u2028"\\\t\U0001f600', min_size=1).filter(str.strip),
            "date": st.sampled_from(["2003", "2003-01-02T03:04"]),
        },
        optional={
            "zone": st.just("Africa/Casablanca"),
            "summary": st.text("z\n\x7f'", min_size=1).filter(str.strip),
            "kind": st.just("k"),
            "latitude": st.just("1.5"),
            "actors": st.lists(st.sampled_from(["Ann", {"name": "Bo", "role": "r"}]), max_size=2, unique_by=str),
            "tags": st.just(["b", "a"]),
            "related": st.just(["x", {"other": "y", "relation": "r"}]),
        },
    )
)
def test_a_happening_s_keys_are_in_order(fields: dict[str, object]) -> None:
    """Its statement is made with sorted keys, so that writing it as it is gives the canonical form."""
    text = SourceText(Text("It sat for four days."), "a" * 64, "b" * 64)
    cited = [{"source": "s", "quote": "four days", "supports": "why"}, {"source": "s", "quote": "It sat", "stance": "disputes"}]
    fields = {**fields, "citations": cited, **({"longitude": "2"} if "latitude" in fields else {})}
    if "T" not in str(fields["date"]):
        fields.pop("zone", None)
    try:
        said = {"statement": of_happening(fields, lambda _: text, "happening/x")}
    except StatementInvalid:
        return
    assert canonical(said, in_order=True) == canonical(said) == rfc8785.dumps(said).decode()


# What the guards of format 3 said where ours say more: they knew no reviews.
_FORMER = {
    "    'HappeningReviewed', 'EventRedacted')": "    'EventRedacted')",
    "(NEW.type IN ('EventRedacted', 'HappeningReviewed'))": "(NEW.type = 'EventRedacted')",
    "a statement, a review or a redaction": "a statement or a redaction",
}


def in_format_3(path: Path) -> None:
    """Make the log of a file as an earlier version of the program did."""
    guard = guards()["events_insert_form"]
    for now, before in _FORMER.items():
        assert now in guard
        guard = guard.replace(now, before)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            f"DROP TRIGGER events_insert_form; DROP TRIGGER events_insert_review; {guard}; PRAGMA user_version = 3"
        )


def test_a_log_of_an_earlier_version_is_brought_up_to_date_by_rebuild(tmp_path: Path) -> None:
    """It is refused with the command to run; after that it has today's guards, and the same events."""
    path = tmp_path / "timeline.db"
    with Timeline(path, by="Ann") as timeline:
        timeline.archive(text="It rained.", id="rain", title="Rain")
    in_format_3(path)
    for options in ({}, {"read_only": True}):
        with pytest.raises(DatabaseRefused, match="Bring it up to date: timeline rebuild --db"):
            Timeline(path, **options)
    with Timeline(path, rebuilding=True) as timeline:
        timeline.rebuild()
    with Timeline(path) as timeline:
        assert timeline.verify().ok
        assert timeline.log.size() == 1


@pytest.mark.parametrize(
    "change",
    [
        "DROP TRIGGER events_update",
        "CREATE TRIGGER mine AFTER INSERT ON events BEGIN SELECT 1; END",
        "CREATE INDEX i ON documents (bytes)",
    ],
)
def test_a_log_whose_guards_were_changed_is_not_brought_up_to_date(tmp_path: Path, change: str) -> None:
    """A change to the guards must not be forgotten by an upgrade: the file stays as it is."""
    path = tmp_path / "timeline.db"
    with Timeline(path, by="Ann") as timeline:
        timeline.archive(text="It rained.", id="rain", title="Rain")
    in_format_3(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(change)
        before = connection.execute("SELECT * FROM sqlite_master ORDER BY name").fetchall()
    with pytest.raises(DatabaseRefused):
        Timeline(path, rebuilding=True)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM sqlite_master ORDER BY name").fetchall() == before
