"""A file's log moves into PostgreSQL as it is, and is proved to be the same."""

import json
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from cluster import Cluster
from examples import REPORT, Clock

from timeline import Timeline, merkle
from timeline.cli import main
from timeline.errors import DatabaseRefused
from timeline.log.log import Log
from timeline.shared_log import connecting, sharing


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Make a timeline with corrections and redactions, one of them of a source whose document stays."""
    path = tmp_path / "timeline.db"
    with Timeline(path, by="Ann", clock=Clock()) as made:
        report = made.archive(text=REPORT, id="report", title="A report")
        other = made.archive(text="A secret letter.", id="letter", title="A letter")
        made.record("sitting", title="It sits", date="2025", citations=[report.quote("It sat for four days")])
        made.record("secret", title="A secret", date="2025", citations=[other.quote("A secret letter")])
        made.correct("sitting", title="It sat", reason="The tense.")
        made.redact(4, reason="By law.")
        made.redact(2, reason="By law.")
        made.redact(1, reason="By law.", keep_documents=False)
    return path


def share(path: Path, url: str) -> sharing.Shared:
    """Share a file's log."""
    with Timeline(path, read_only=True) as timeline:
        return sharing.share(timeline.log, url)  # type: ignore[arg-type]


def rows(path: Path | str) -> list[tuple[Any, ...]]:
    """Read all events."""
    with Timeline(path, read_only=True) as timeline:
        return [*timeline.events()]


def test_everything_is_as_it_was(file: Path, database: Callable[[], str]) -> None:
    """Positions, times, authors, salts, hashes, documents and redactions; and the guards are back."""
    url = database()
    shared = share(file, url)
    assert rows(url) == rows(file)
    with Timeline(file, read_only=True) as timeline, Timeline(url, by="Ben") as there:
        assert (shared.size, shared.new) == (8, 8)
        assert shared.root == merkle.root(8, merkle.reader(timeline.log.connection))
        for (sha256,) in timeline.log.connection.execute("SELECT sha256 FROM documents"):
            assert there.log.document(sha256) == timeline.log.document(sha256)
        assert there.correct("sitting", date="2025-11", reason="The month.").position == 9
    with closing(psycopg.connect(url, autocommit=True)) as raw, pytest.raises(psycopg.Error, match="immutable"):
        raw.execute("DELETE FROM timeline.events")


def test_a_longer_file_goes_on_and_takes_redactions_along(tmp_path: Path, database: Callable[[], str]) -> None:
    """The rest is added, and removes the data of earlier events there."""
    url, path = database(), tmp_path / "timeline.db"
    with Timeline(path, by="Ann", clock=Clock()) as made:
        report = made.archive(text=REPORT, id="report", title="A report")
        made.record("sitting", title="It sits", date="2025", citations=[report.quote("It sat for four days")])
        assert share(path, url).new == 2
        assert share(path, url).new == 0
        made.record("second", title="It sits", date="2025", citations=[report.quote("Some say three hundred came")])
        made.redact(2, reason="By law.")
        assert share(path, url).new == 2
    assert rows(url) == rows(path)
    assert rows(url)[1][6] is None


@pytest.mark.parametrize("change", ["other", "longer"])
def test_another_log_is_left_alone(file: Path, tmp_path: Path, database: Callable[[], str], change: str) -> None:
    """One that differs, or that has grown there since."""
    url = database()
    if change == "other":
        with Timeline(tmp_path / "other.db", by="Ben", clock=Clock()) as other:
            other.archive(text="Another.", id="another", title="Another")
        share(tmp_path / "other.db", url)
    else:
        share(file, url)
        with Timeline(url, by="Ben") as there:
            there.archive(text="Another.", id="another", title="Another")
    before = rows(url)
    with pytest.raises(DatabaseRefused, match=r"another log is there|there is a log of 9 events, and .* has 8"):
        share(file, url)
    assert rows(url) == before


@pytest.mark.parametrize(
    "statement",
    ["UPDATE events SET data = replace(data, 'It sat', 'He sat') WHERE position = 5", "UPDATE events SET recorded_by = 'Mallory'"],
)
def test_an_altered_file_is_not_shared(file: Path, database: Callable[[], str], statement: str) -> None:
    """And nothing of it is left there."""
    url = database()
    with closing(sqlite3.connect(file)) as raw:
        sql = raw.execute("SELECT sql FROM sqlite_master WHERE name = 'events_update'").fetchone()[0]
        raw.execute("DROP TRIGGER events_update")
        raw.execute(statement)
        raw.execute(sql)
        raw.commit()
    with pytest.raises(DatabaseRefused, match=r"altered|not those of|Nothing was shared"):
        share(file, url)
    with pytest.raises(DatabaseRefused, match="there is no log in this database"):
        Timeline(url)


def test_a_user_who_may_not_make_roles_learns_which(cluster: Cluster, database: Callable[[], str], file: Path) -> None:
    """Where an administrator has to make them."""
    sharing.share(None, database())  # the roles are there from here on
    url = database()
    name = url.rpartition("/")[2]
    with closing(psycopg.connect(url, autocommit=True)) as owner:
        owner.execute("CREATE ROLE plain LOGIN PASSWORD 'sandpiper'")
        owner.execute(f"ALTER DATABASE {name} OWNER TO plain")
        owner.execute("ALTER ROLE timeline_follower RENAME TO kept_follower")
        try:
            with pytest.raises(DatabaseRefused, match="Have an administrator run: CREATE ROLE timeline_follower; Then repeat"):
                share(file, cluster.url(name, "plain", "sandpiper"))
        finally:
            owner.execute("ALTER ROLE kept_follower RENAME TO timeline_follower")
    assert share(file, cluster.url(name, "plain", "sandpiper")).size == 8


def test_an_owner_with_no_more_rights_than_the_manual_gives(cluster: Cluster, database: Callable[[], str], file: Path) -> None:
    """One who may make roles and owns the database, and is no superuser: shares, makes users, redacts and cleans."""
    url = database()
    name = url.rpartition("/")[2]
    with closing(psycopg.connect(url, autocommit=True)) as administrator:
        administrator.execute("CREATE ROLE ordinary LOGIN CREATEROLE PASSWORD 'sandpiper'")
        administrator.execute(f"ALTER DATABASE {name} OWNER TO ordinary")
    own = cluster.url(name, "ordinary", "sandpiper")
    assert share(file, own).size == 8
    with closing(psycopg.connect(own, autocommit=True)) as owner:
        owner.execute("CREATE ROLE desk LOGIN PASSWORD 'sandpiper' IN ROLE timeline_appender")
    with Timeline(cluster.url(name, "desk", "sandpiper"), by="Ann") as timeline:
        assert timeline.correct("sitting", date="2025-11", reason="The month.").position == 9
    with Timeline(own, by="Ann") as timeline:
        assert timeline.redact(9, reason="By law.").position == 10


def test_the_command_prints_the_root(file: Path, database: Callable[[], str]) -> None:
    """The same root as in the file's checkpoint; an empty log is made by an option."""
    url = database()
    result = CliRunner().invoke(main, ["share", url, "--db", str(file), "--json"])
    assert result.exit_code == 0, result.output
    with Timeline(file) as timeline:
        root = timeline.checkpoint().text.splitlines()[2]
    assert json.loads(result.stdout) == {"log": connecting.without_password(url), "events": 8, "new": 8, "root": root}
    result = CliRunner().invoke(main, ["share", url, "--db", str(file)])
    assert result.output.startswith(
        f"{connecting.without_password(url)}: 8 events (0 new), with the root {root}\nFrom now on, append"
    )
    result = CliRunner().invoke(main, ["share", url, "--empty"])
    assert result.exit_code == 1
    assert "there is a log of 8 events already" in result.output
    assert CliRunner().invoke(main, ["share", database(), "--empty"]).exit_code == 0
    assert CliRunner().invoke(main, ["share", "nowhere.db", "--empty"]).exit_code == 2


def test_two_who_share_at_once_make_one_log(database: Callable[[], str], tmp_path: Path) -> None:
    """The second finds what the first has made meanwhile, and adds nothing."""
    address, results = database(), list[object]()
    with Timeline(tmp_path / "timeline.db", by="Ann") as timeline:
        timeline.archive(text="A text.", id="text", title="A text")

    def share() -> None:
        try:
            with closing(Log(tmp_path / "timeline.db", read_only=True)) as log:
                results.append(sharing.share(log, address).new)
        except DatabaseRefused as error:
            results.append(error)

    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()"
    with closing(psycopg.connect(address, autocommit=True)) as owner:
        owner.execute("SELECT pg_advisory_lock(%s)", (connecting.LOCK,))
        threads = [threading.Thread(target=share) for _ in range(2)]
        for thread in threads:
            thread.start()
        while owner.execute(waiting).fetchone() != (2,):
            assert not results
        owner.execute("SELECT pg_advisory_unlock(%s)", (connecting.LOCK,))
        for thread in threads:
            thread.join()
    assert sorted(results, key=str) == [0, 1]
