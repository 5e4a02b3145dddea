"""Following a shared log: the file is the log, event by event, whatever came between."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cluster import PASSWORD, Cluster
from followers import TEXT, contents, documents, events, fill, following, is_followed, redacted_log, size, until
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_projections import steps

from timeline import Timeline, TimelineError
from timeline.errors import DatabaseRefused
from timeline.log import followed
from timeline.log.log import Log
from timeline.shared_log import follow, reader, storing


def test_an_empty_file_catches_up(url: str, shared: Timeline, path: Path) -> None:
    """It holds the log and its documents, the tree and the read tables, and is sound. Again, nothing is added."""
    assert follow(url, path, once=True) == 21
    is_followed(url, path)
    before = contents(path)
    assert follow(None, path, once=True) == 21
    assert contents(path) == before


def test_batches_are_bounded_by_events_and_by_bytes(
    url: str, shared: Timeline, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However small a batch is, and however large a document, all of it arrives, in several transactions."""
    for number in range(6):
        shared.archive(text=f"{number} " + TEXT * 40, id=f"s-{number}", title="A long one")
    shared.archive(text=f"5 {TEXT * 40}", id="again", title="The same bytes")
    monkeypatch.setattr(reader, "EVENTS", 7)
    monkeypatch.setattr(reader, "ROOM", 3_000)
    monkeypatch.setattr(reader, "LARGE", 1_000)
    sizes = list[int]()
    stored = storing.store

    def noting(log: Log, batch: reader.Batch) -> bool:
        held = sum(map(len, batch.documents.values())) + sum(len(event.data or "") for event in batch.events)
        assert len(batch.events) == 1 or held < 9_000
        sizes.append(len(batch.events))
        return stored(log, batch)

    monkeypatch.setattr(storing, "store", noting)
    follow(url, path, once=True)
    assert len(sizes) >= 6
    is_followed(url, path)


def test_events_come_as_they_are_appended(url: str, shared: Timeline, path: Path) -> None:
    """One that is announced comes at once, long before the next look."""
    with following(path, url, poll=3_600) as lines:
        until(lambda: lines[-1].endswith("up to date at position 21"))
        fill(shared, 3, start=100)
        until(lambda: size(path) == 24)
        assert len(lines) == 1
    is_followed(url, path)


def test_events_come_without_hints(url: str, shared: Timeline, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the server announces nothing, it looks."""
    monkeypatch.setattr(reader.Reader, "listen", lambda _: None)
    with following(path, url, poll=0.05):
        fill(shared, 3, start=100)
        until(lambda: size(path) == 24)
    is_followed(url, path)


def test_a_redaction_reaches_a_file_that_had_the_words(url: str, path: Path) -> None:
    """Data, documents, search and journals are free of it; the rest of the file is as it was."""
    with Timeline(url, by="Ann") as shared:
        fill(shared, 5)
        secret = shared.archive(text="The witness is called Xanthippe.", id="secret", title="Xanthippe speaks")
        shared.record("hers", title="Xanthippe came", date="2020", citations=[secret.quote("called Xanthippe")])
        with following(path, url):
            until(lambda: size(path) == 8)
            shared.redact(8, reason="She is at risk.", keep_documents=True)
            last = shared.redact(7, reason="She is at risk.")
            until(lambda: (status := followed.status(path)) is not None and status.cleaned == last.position)
            assert b"Xanthippe" not in contents(path)
    is_followed(url, path)


def test_a_follower_that_dies_before_it_cleans_the_file(
    url: str, shared: Timeline, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one does, and one after that has nothing to do."""
    secret = shared.archive(text="The witness is called Xanthippe.", id="secret", title="Xanthippe speaks")
    follow(url, path, once=True)
    shared.redact(secret.position, reason="law")
    cleaned = list[Path]()

    def die(log: Log) -> None:
        cleaned.append(log.path)
        raise SystemExit

    with monkeypatch.context() as patch, pytest.raises(SystemExit):  # noqa: PT012
        patch.setattr(Log, "scrub", die)
        follow(url, path, once=True)
    follow(url, path, once=True)
    assert b"Xanthippe" not in contents(path)
    monkeypatch.setattr(Log, "scrub", die)
    follow(url, path, once=True)
    assert len(cleaned) == 1


@pytest.mark.parametrize("most", [1, 3, 50_000])
def test_what_was_redacted_before_it_was_read(url: str, path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """A file that begins after the redactions is the same, with all its guards, however the log is cut into batches."""
    redacted_log(url)
    monkeypatch.setattr(reader, "EVENTS", most)
    follow(url, path, once=True)
    is_followed(url, path)
    with Timeline(url, by="Ann") as shared:
        shared.redact(7, reason="law", keep_documents=True)
    follow(None, path, once=True)
    is_followed(url, path)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(steps, min_size=1, max_size=3) | st.integers(1, 14) | st.none(), max_size=12), st.sampled_from([1, 2, 50_000])
)
def test_any_log_gives_the_file_that_a_rebuild_gives(
    database: Callable[[], str],
    share_empty: Callable[[str], None],
    tmp_path_factory: pytest.TempPathFactory,
    calls: list[list[dict[str, Any]] | int | None],
    most: int,
) -> None:
    """Whatever was appended and redacted, and whenever the follower looked (None), the files are the same."""
    url = database()
    share_empty(url)
    folder = tmp_path_factory.mktemp("follower")
    with pytest.MonkeyPatch.context() as patch, Timeline(url, by="Ann") as shared:
        patch.setattr(reader, "EVENTS", most)
        shared.archive(text=TEXT, id="report", title="A report")
        for call in calls:
            with suppress(TimelineError):
                if call is None:
                    follow(url, folder / "often.db", once=True)
                elif isinstance(call, int):
                    shared.redact(call, reason="r")
                else:
                    shared.append_many(call)
        for name in ("often.db", "once.db"):
            follow(url, folder / name, once=True)
            is_followed(url, folder / name)


def test_a_document_that_is_redacted_while_it_is_read(
    url: str, shared: Timeline, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The batch is read again, and then the redaction explains what is missing."""
    gone = shared.archive(text="Nobody shall read this.", id="gone", title="Gone")
    read, redacted = reader.Reader._documents, list[int]()

    def late(self: reader.Reader, *given: Any) -> Any:  # noqa: ANN401 - as they are
        if not redacted:
            redacted.append(shared.redact(gone.position, reason="law").position)
        return read(self, *given)

    monkeypatch.setattr(reader.Reader, "_documents", late)
    assert follow(url, path, once=True) == 23
    is_followed(url, path)


def test_a_lost_connection_is_made_again(url: str, shared: Timeline, path: Path) -> None:
    """One line when it is lost, one when it is back, and nothing is missed."""
    with following(path, url) as lines:
        until(lambda: size(path) == 21)
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'timeline'"
            )
        until(lambda: len(lines) == 3)
        fill(shared, 3, start=100)
        until(lambda: size(path) == 24)
    assert "cannot be reached" in lines[1]
    assert lines[1].endswith("Trying again")
    assert lines[2].endswith("again, up to date at position 21")
    assert len(lines) == 3
    is_followed(url, path)


def test_a_server_that_dies_is_awaited(tmp_path: Path, share_empty: Callable[[str], None]) -> None:
    """Killed with -9 and started again; the follower was started anew meanwhile."""
    path = tmp_path / "timeline.db"
    server = Cluster().make().start()
    try:
        url = server.url()
        share_empty(url)
        with Timeline(url, by="Ann") as shared:
            fill(shared, 5)
        with following(path, url) as lines:
            until(lambda: size(path) == 6)
            server.kill()
            until(lambda: len(lines) == 2)
        with following(path, url) as lines:
            assert "cannot be reached" in lines[0]
            server.start()
            with Timeline(url, by="Ann") as shared:
                fill(shared, 5, start=5)
            until(lambda: size(path) == 11)
        is_followed(url, path)
    finally:
        server.remove()


def test_a_full_disk_is_awaited(url: str, shared: Timeline, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of a batch is stored then, and all of it once there is room."""
    follow(url, path, once=True)
    shared.archive(text=TEXT * 5_000, id="long", title="A long one")
    full, opened = [True], storing.opened

    def small(path: Path) -> Log:
        log = opened(path)
        if full:
            (pages,) = log.connection.execute("PRAGMA page_count").fetchone()
            log.connection.execute(f"PRAGMA max_page_count = {pages + 1}")
        return log

    monkeypatch.setattr(storing, "opened", small)
    with following(path, url) as lines:
        until(lambda: any("the disk is full" in line for line in lines))
        assert size(path) == 21
        full.clear()
        until(lambda: size(path) == 22)
    assert sum("the disk is full" in line for line in lines) == 1
    is_followed(url, path)


def test_another_file_in_its_place_is_compared(url: str, shared: Timeline, path: Path) -> None:
    """A file that is removed while it is followed is made again from nothing."""
    with following(path, url, poll=0.05):
        until(lambda: size(path) == 21)
        for one in path.parent.glob("timeline.db*"):
            one.unlink()

        def is_back() -> bool:
            with suppress(DatabaseRefused):
                return size(path) == 21
            return False

        until(is_back)
    is_followed(url, path)


def test_a_follower_killed_at_any_instant_goes_on(url: str, shared: Timeline, path: Path) -> None:
    """Whatever it was doing, the next one takes it from there."""
    fill(shared, 300, start=100)
    words = [sys.executable, "-c", "from timeline.shared_log import follow, reader; reader.EVENTS = 20; import sys"]
    words[-1] += "; print(flush=True); follow(sys.argv[1], sys.argv[2], once=True)"
    for wait in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3):
        with subprocess.Popen([*words, url, str(path)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            with suppress(subprocess.TimeoutExpired):
                process.wait(wait)
            process.kill()
    follow(url, path, once=True)
    is_followed(url, path)


def test_it_reads_as_a_role_that_may_only_read(url: str, shared: Timeline, path: Path) -> None:
    """A follower needs no right to append."""
    with psycopg.connect(url) as server:
        server.execute("DROP ROLE IF EXISTS only_reads")
        server.execute(f"CREATE ROLE only_reads LOGIN PASSWORD '{os.environ['PGPASSWORD']}' IN ROLE timeline_follower")
    theirs = url.replace("owner:", "only_reads:")
    with following(path, theirs, poll=3_600):
        fill(shared, 1, start=100)
        until(lambda: size(path) == 22)
    is_followed(url, path)
    with Timeline(path, by="Bo") as timeline, pytest.raises(DatabaseRefused, match="timeline_appender to append"):
        timeline.archive(text="Mine", id="mine", title="Mine")
    follow(theirs, path, once=True, append_as="owner")
    with Timeline(path, by="Bo") as timeline:
        assert timeline.archive(text="Mine", id="mine", title="Mine").position == 23


def test_it_follows_a_standby(tmp_path: Path, share_empty: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """A standby that lags behind the file is awaited; once it has taken over, it is the log."""
    path = tmp_path / "timeline.db"
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    primary = Cluster().make("wal_level = replica", "max_wal_senders = 4")
    standby = None
    try:
        hba = primary.data / "pg_hba.conf"
        hba.write_text(f"{hba.read_text()}\nhost replication all 127.0.0.1/32 scram-sha-256\n")
        primary.start()
        share_empty(primary.url())
        with Timeline(primary.url(), by="Ann") as shared:
            fill(shared, 3)
            standby = Cluster()
            copy = ("-D", str(standby.data), "-R", "-X", "stream", "-c", "fast", "-d", primary.url("postgres"))
            standby.run("pg_basebackup", *copy)
            standby.start()
            both = f"{primary.url().rpartition('@')[0]}@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/postgres"
            with following(path, f"{both}?target_session_attrs=prefer-standby", poll=0.05) as lines:
                until(lambda: size(path) == 4)
                fill(shared, 3, start=10)
                until(lambda: size(path) == 7)
                with psycopg.connect(standby.url(), autocommit=True) as server:
                    server.execute("SELECT pg_wal_replay_pause()")
                    with Timeline(path, by="Bo") as timeline:  # it appends to the primary, and reads it
                        assert timeline.archive(text="Mine", id="mine", title="Mine").position == 8
                    seen = followed.status(path)
                    until(lambda: followed.status(path) != seen)
                    server.execute("SELECT pg_wal_replay_resume()")
                primary.kill()
                standby.run("pg_ctl", "promote", "-D", str(standby.data))
                with Timeline(standby.url(), by="Ann") as promoted:
                    fill(promoted, 2, start=20)
                until(lambda: size(path) == 10)
            assert not any("differs" in line or "ends at" in line for line in lines)
        is_followed(standby.url(), path)
    finally:
        for one in (primary, standby):
            if one is not None:
                one.remove()


def test_events_and_documents_are_those_of_the_server(url: str, shared: Timeline) -> None:
    """The helpers of these tests read what is there."""
    assert len(events(url)) == 21
    assert len(documents(url)) == 1
