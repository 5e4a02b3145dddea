"""A shared log: who writes where, lost connections, and refusals in a line."""

import threading
import time
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner
from cluster import Cluster
from examples import PNG, Clock
from followers import until

from timeline import ArchivedSource, Timeline, TimelineError
from timeline.cli import main
from timeline.errors import DatabaseRefused, RedactionUnfinished, VersionConflict
from timeline.shared_log import connecting, follow

IT_SAT = "It sat for four days"
BUNDLE = """
sources:
- {id: minutes, title: Minutes, text: "The gate was open. The gate was shut."}
happenings:
- {id: opening, title: The gate opens, date: 1912, citations: [{source: minutes, quote: The gate was open}]}
- {id: closing, title: The gate shuts, date: 1913, part_of: opening, citations: [{source: minutes, quote: The gate was shut}]}
"""


def run(*words: str) -> tuple[int, str]:
    """Run a command of the program, and return its exit code and output."""
    result = CliRunner().invoke(main, [*words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_two_writers_take_turns(url: str, timeline: Timeline, report: ArchivedSource) -> None:
    """Each checks against what the other has just appended."""
    with Timeline(url, by="Ben") as ben:
        first = timeline.record("sitting", title="It sits", date="2025", citations=[report.quote(IT_SAT)])
        assert ben.record("sitting", title="It sits", date="2025", citations=[report.quote(IT_SAT)]) == first
        ben.correct("sitting", title="It sat", reason="The tense.", expected_version=1)
        with pytest.raises(VersionConflict, match="at version 2, expected 1"):
            timeline.correct("sitting", title="They sat", reason="The number.", expected_version=1)
    assert [event.recorded_by for event in timeline.events()] == ["tester", "tester", "Ben"]


def test_many_threads_leave_no_gap(url: str, report: ArchivedSource) -> None:
    """Positions are total and gapless, and every acknowledged event is there once."""
    append_together(url, report, 2)


def append_together(url: str, report: ArchivedSource, first: int) -> None:
    """Append by three threads, from a position on, and check the log."""
    acknowledged: list[tuple[str, int]] = []

    def append(name: str) -> None:
        with Timeline(url, by=name) as own:
            for number in range(15):
                id = f"{name}-{number}"
                acknowledged.append((id, own.record(id, title="?", date="2025", citations=[report.quote(IT_SAT)]).position))

    threads = [threading.Thread(target=append, args=(name,)) for name in ("ann", "ben", "cem")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Timeline(url, read_only=True) as reader:
        events = [*reader.events()]
    assert [event.position for event in events] == [*range(1, first + 45)]
    assert {(event.subject, event.position) for event in events if event.position >= first} == set(acknowledged)


def test_a_batch_is_appended_whole_or_not_at_all(timeline: Timeline) -> None:
    """With references among its entries, and more of them than are sent at once."""
    source = {"source": {"id": "minutes", "title": "Minutes", "text": "The gate was open."}}
    cited = [{"source": "minutes", "quote": "The gate was open"}]
    many = [{"id": f"day-{n}", "title": "?", "date": "1912", "part_of": "year", "citations": cited} for n in range(1_200)]
    year = {"id": "year", "title": "?", "date": "1912", "citations": cited}
    with pytest.raises(TimelineError, match='there is no happening "year"'):
        timeline.append_many([source, *many])
    assert timeline.log.size() == 0
    assert len(timeline.append_many([source, *many, year])) == 1_202
    assert len([*timeline.events()]) == 1_202
    assert timeline.append_many([source, *many, year])[-1].position == 1_202
    with pytest.raises(TimelineError, match="makes a circle"):
        timeline.correct("year", part_of="day-7", reason="?")


def test_no_query_depends_on_statistics(url: str) -> None:
    """Plans that were made for an empty log are used for a long one, also those of the guards: none reads a whole table."""
    with closing(connecting.connect(url)) as session:
        for query in (
            "SELECT max(position) FROM timeline.events",
            "SELECT max(version) FROM timeline.events WHERE stream = 'happening/a'",
            "SELECT FROM timeline.events WHERE position > 3 ORDER BY position LIMIT 1000",
            "SELECT FROM timeline.events WHERE type = 'EventRedacted' AND (data::jsonb ->> 'position')::bigint = 3",
            "SELECT FROM timeline.events WHERE type = 'EventRedacted' AND data::jsonb -> 'documents' <> '[]'",
            "SELECT FROM timeline.events WHERE type = 'SourceArchived' AND data::jsonb #>> '{statement,sha256}' = 'a'",
            "SELECT FROM timeline.documents WHERE sha256 = 'a'",
        ):
            plan = "\n".join(line for (line,) in session.execute(f"EXPLAIN {query}"))
            assert "Seq Scan" not in plan, plan


def test_a_long_transaction_forgets_and_reads_again(timeline: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """It remembers streams only as far as there is room."""
    monkeypatch.setattr("timeline.shared_log.log._ROOM", 2_000)
    report = timeline.archive(text="It sat for four days.", id="report", title="A report")
    with timeline.transaction():
        for number in range(20):
            timeline.record(f"h{number}", title="?", date="2025", citations=[report.quote(IT_SAT)])
        for number in range(20):
            timeline.correct(f"h{number}", title="It sits", reason="Clearer.")
            assert timeline.correct(f"h{number}", title="It sits", reason="Clearer.").version == 2
    assert timeline.log.size() == 41


def test_turns_are_taken_whatever_isolation_the_server_prefers(url: str, timeline: Timeline, report: ArchivedSource) -> None:
    """A snapshot from before the turn would show the log as it was."""
    with closing(psycopg.connect(url, autocommit=True)) as owner:
        owner.execute("ALTER DATABASE emptied SET default_transaction_isolation = 'serializable'")
    try:
        test_two_writers_take_turns(url, timeline, report)
        append_together(url, report, 4)
    finally:
        with closing(psycopg.connect(url, autocommit=True)) as owner:
            owner.execute("ALTER DATABASE emptied RESET default_transaction_isolation")


def test_an_interrupted_append_leaves_the_connection_usable(timeline: Timeline, report: ArchivedSource) -> None:
    """Ctrl-C at any place of a transaction."""

    def interrupted() -> None:
        with timeline.transaction():
            timeline.record("sitting", title="It sits", date="2025", citations=[report.quote(IT_SAT)])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert timeline.log.size() == 1
    assert timeline.record("sitting", title="It sits", date="2025", citations=[report.quote(IT_SAT)]).position == 2


def test_a_source_redacted_elsewhere_is_not_cited(url: str, timeline: Timeline, report: ArchivedSource) -> None:
    """Though this writer has read its text before."""
    timeline.record("sitting", title="It sits", date="2025", citations=[report.quote(IT_SAT)])
    with Timeline(url, by="Ben") as ben:
        ben.redact(2, reason="By law.")
        ben.redact(1, reason="By law.")
    size = timeline.log.size()
    with pytest.raises(TimelineError):
        timeline.record("again", title="It sits", date="2025", citations=[report.quote(IT_SAT)])
    assert timeline.log.size() == size


def test_pictures_and_large_documents_come_back_as_they_were(timeline: Timeline, tmp_path: Path) -> None:
    """Byte for byte, from bytea."""
    content = PNG + bytes(range(256)) * 20_000
    (tmp_path / "large.png").write_bytes(content)
    source = timeline.archive(tmp_path / "large.png", id="large", title="Large")
    assert source.document == content


def test_reads_that_need_read_tables_are_refused_in_a_line(timeline: Timeline, meeting: str) -> None:
    """It names the command that makes them."""
    for call in (
        timeline.happenings,
        timeline.sources,
        timeline.verify,
        timeline.checkpoint,
        timeline.rebuild,
        lambda: timeline.db,
    ):
        with pytest.raises(DatabaseRefused, match=r"has no read tables.*timeline follow URL --db timeline\.db$"):
            call()


def test_a_lost_connection_is_made_again(url: str, timeline: Timeline, report: ArchivedSource) -> None:
    """The next call connects; within a transaction, the call is refused and can be repeated."""

    def cut() -> None:
        with closing(psycopg.connect(url, autocommit=True)) as other:
            other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'timeline'")

    cut()
    timeline.record("sitting", title="It sits", date="2025", citations=[report.quote(IT_SAT)])

    def lose() -> None:
        with timeline.transaction():
            timeline.record("lost", title="It sits", date="2025", citations=[report.quote(IT_SAT)])
            cut()

    with pytest.raises(DatabaseRefused, match="cannot be reached"):
        lose()
    assert timeline.record("lost", title="It sits", date="2025", citations=[report.quote(IT_SAT)]).position == 3


def test_an_unknown_outcome_says_that_repeating_is_safe(url: str, timeline: Timeline, report: ArchivedSource) -> None:
    """The connection ends with the commit, and the events are there or not; repeated, the call appends nothing twice."""
    log = timeline.log
    with closing(psycopg.connect(url, autocommit=True)) as other:
        other.execute(
            "CREATE FUNCTION timeline.cut() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;"
            "CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON timeline.events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
            " EXECUTE FUNCTION timeline.cut()"
        )
        with pytest.raises(DatabaseRefused, match=r"It is not known whether the events were saved\. Repeat .* nothing twice"):
            timeline.record("sitting", title="It sits", date="2025", citations=[report.quote(IT_SAT)])
        other.execute("DROP TRIGGER cut ON timeline.events")
    assert timeline.record("sitting", title="It sits", date="2025", citations=[report.quote(IT_SAT)]).position == 2
    assert log.size() == 2


def test_one_that_waits_too_long_is_told_so(
    url: str, timeline: Timeline, report: ArchivedSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for a file that another program writes to."""
    timeline.log._execute("SET lock_timeout = '100ms'")  # type: ignore[union-attr]
    late = pytest.raises(DatabaseRefused, match=r"no turn to append came in 60 seconds: owner has it.*pg_terminate_backend\(\d+\)")
    with Timeline(url, by="Ben") as ben, ben.transaction(), late:
        timeline.record("sitting", title="It sits", date="2025", citations=[report.quote(IT_SAT)])
    timeline.record("sitting", title="It sits", date="2025", citations=[report.quote(IT_SAT)])


def test_one_that_hangs_with_the_turn_loses_it(url: str, timeline: Timeline, report: ArchivedSource) -> None:
    """The others go on, and its own next step is refused in a line."""
    hung = Timeline(url, by="Ben")
    hung.log._execute("SET idle_in_transaction_session_timeout = '300ms'")  # type: ignore[union-attr]
    late = pytest.raises(DatabaseRefused, match=r"did nothing for 10 minutes, so the server has ended it\. Nothing was saved")
    with closing(hung), late, hung.transaction():
        timeline.record("sitting", title="It sits", date="2025", citations=[report.quote(IT_SAT)])
        hung.record("late", title="It sits", date="2025", citations=[report.quote(IT_SAT)])
    assert timeline.log.size() == 2


def test_an_event_is_on_disk_before_anybody_acts_on_it(
    cluster: Cluster, url: str, timeline: Timeline, report: ArchivedSource, path: Path
) -> None:
    """Another writer's commit that is not: a repeated call and a follower wait for it."""
    with Timeline(url, by="tester", clock=timeline.clock) as quick:
        cluster.sql("ALTER SYSTEM SET wal_writer_delay = '10s'")
        cluster.sql("SELECT pg_reload_conf()")
        try:
            quick.log._durable = 1_000_000  # type: ignore[union-attr]  # it acknowledges at once
            event = quick.record("sitting", title="It sits", date="2025", citations=[report.quote(IT_SAT)])
            assert timeline.record("sitting", title="It sits", date="2025", citations=[report.quote(IT_SAT)]) == event
            written = "SELECT pg_current_wal_insert_lsn() = pg_current_wal_flush_lsn()"
            assert cluster.sql(written) == "t"
            quick.record("another", title="It sits", date="2025", citations=[report.quote(IT_SAT)])
            follow(url, path, once=True)
            assert cluster.sql(written) == "t"
        finally:
            cluster.sql("ALTER SYSTEM RESET wal_writer_delay")
            cluster.sql("SELECT pg_reload_conf()")


def test_a_standby_that_is_away_is_reported(
    cluster: Cluster, url: str, timeline: Timeline, report: ArchivedSource, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To a writer, who then does not know the outcome, and to a follower, who stores nothing; both go on when it is back."""
    monkeypatch.setattr(connecting, "WAIT", 0.5)
    monkeypatch.setattr(connecting, "SECONDS", 1)
    cluster.sql("ALTER SYSTEM SET synchronous_standby_names = 'away'")
    cluster.sql("SELECT pg_reload_conf()")
    try:
        until(lambda: cluster.sql("SHOW synchronous_standby_names") == "away")
        with pytest.raises(DatabaseRefused, match=r"synchronous standby does not confirm .* It is not known whether"):
            timeline.record("sitting", title="It sits", date="2025", citations=[report.quote(IT_SAT)])
        with pytest.raises(DatabaseRefused, match="synchronous standby does not confirm"):
            follow(url, path, once=True)
        with Timeline(path, read_only=True) as file:
            assert file.log.size() == 0
    finally:
        cluster.sql("ALTER SYSTEM RESET synchronous_standby_names")
        cluster.sql("SELECT pg_reload_conf()")
        until(lambda: cluster.sql("SHOW synchronous_standby_names") == "")
    follow(url, path, once=True)
    assert timeline.record("sitting", title="It sits", date="2025", citations=[report.quote(IT_SAT)]).position == 2


def test_news_is_announced_now_and_then(url: str, timeline: Timeline, report: ArchivedSource) -> None:
    """At most once in 50 milliseconds by each writer, with the last position."""
    with closing(psycopg.connect(url, autocommit=True)) as reader:
        reader.execute(f"LISTEN {connecting.CHANNEL}")
        time.sleep(0.1)
        for number in range(5):
            timeline.record(f"sitting-{number}", title="It sits", date="2025", citations=[report.quote(IT_SAT)])
        heard = [int(notice.payload) for notice in reader.notifies(timeout=0.3)]
        timeline.record("sitting-0", title="It sits", date="2025", citations=[report.quote(IT_SAT)])
        assert [*reader.notifies(timeout=0.2)] == [], "nothing was appended"
    assert heard
    assert heard == sorted(heard)
    assert heard[0] == 2


def test_a_redaction_that_cannot_clean_the_server_says_so(
    url: str, timeline: Timeline, meeting: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event is redacted all the same; repeated, it cleans."""
    timeline.log._execute("SET lock_timeout = '100ms'")  # type: ignore[union-attr]
    with closing(psycopg.connect(url)) as other:
        other.execute("SELECT * FROM timeline.events")
        with pytest.raises(RedactionUnfinished, match="position 2: is redacted"):
            timeline.redact(2, reason="By law.")
    assert timeline.redact(2, reason="By law.").version == 2


def test_the_commands_append_to_a_shared_log(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bundles and documents are appended, events listed and redacted; the others ask for a follower's file."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "first.yaml").write_text(BUNDLE, encoding="utf-8")
    (tmp_path / "letter.txt").write_text("Dear Ann, nothing happened.", encoding="utf-8")
    shown = connecting.without_password(url)
    assert run("append", "first.yaml", "--db", url, "--by", "Ann") == (0, f"{shown}: 3 events (3 new) from 1 bundle\n")
    assert run("append", "first.yaml", "--db", url, "--by", "Ann") == (0, f"{shown}: 3 events (0 new) from 1 bundle\n")
    code, output = run("archive", "letter.txt", "--id", "letter", "--title", "A letter", "--db", url, "--by", "Ann")
    assert (code, output.splitlines()[0]) == (0, "source/letter@1 is at position 4")
    code, output = run("redact", "3", "--reason", "By law.", "--db", url, "--by", "Ann")
    assert code == 0
    assert "happening/closing@1 at position 3 is redacted" in output
    assert "The server's journal, its standbys and its backups may hold the data for longer" in output
    code, output = run("log", "--db", url)
    assert code == 0
    assert [line.split()[0] for line in output.splitlines()] == ["5", "4", "3", "2", "1"]
    for words in (("list",), ("verify",), ("checkpoint",), ("publish", "public"), ("serve",), ("rebuild",), ("show", "opening")):
        code, output = run(*words, "--db", url)
        assert code == 1
        assert "is a shared log, which this command cannot use. Follow it into a file" in output
    (tmp_path / "rows.csv").write_text("title,date\nIt rains,1912\n", encoding="utf-8")
    code, output = run("import", "csv", "rows.csv", "--append", "--db", url)
    assert code == 1
    assert "Follow it into a file, and import into that" in output


def test_faults_of_a_bundle_are_all_reported(url: str, tmp_path: Path) -> None:
    """And nothing is appended, as in a file."""
    (tmp_path / "wrong.yaml").write_text(BUNDLE.replace("quote: The gate was", "quote: The door was"), encoding="utf-8")
    code, output = run("append", str(tmp_path / "wrong.yaml"), "--db", url)
    assert code == 1
    assert "2 faults, listed above" in output
    with Timeline(url, read_only=True) as reader:
        assert reader.log.size() == 0


def test_the_author_is_that_of_the_project_here(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shared log is in no folder: the current one has the project's settings."""
    monkeypatch.delenv("TIMELINE_BY", raising=False)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "metadata.json").write_text('{"plugins": {"cited-timeline": {"by": "The editors"}}}', encoding="utf-8")
    with Timeline(url, clock=Clock()) as timeline:
        assert timeline.archive(text="A text.", id="text", title="A text").event.recorded_by == "The editors"


def test_a_path_is_not_taken_for_an_address() -> None:
    """It would have lost a slash, and be shown with its password."""
    with pytest.raises(DatabaseRefused, match="Give it as a text"):
        Timeline(Path("postgresql://ann:secret@db.example/news"))
