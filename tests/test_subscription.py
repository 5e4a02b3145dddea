"""A subscription to the log, in Python and on the command line: each event once, in order, whoever appends it."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner
from ready import is_ready

from timeline import ArchivedSource, Timeline
from timeline.calls import subscription
from timeline.cli import main
from timeline.errors import DatabaseRefused, UnknownEvent

RECORD = """
import sys
from timeline import Timeline
with Timeline(sys.argv[1], by="another") as timeline:
    cited = [timeline.source("report").quote("sat for four days")]
    for number in range(int(sys.argv[2]), int(sys.argv[3])):
        timeline.record(f"h{number}", title="A vote", date="2025", citations=cited)
"""


def elsewhere(path: Path, first: int, last: int) -> subprocess.Popen[bytes]:
    """Have another process record happenings."""
    return subprocess.Popen([sys.executable, "-c", RECORD, str(path), str(first), str(last)])


def test_it_yields_what_is_there_and_then_what_comes(timeline: Timeline, report: ArchivedSource, meeting: str, path: Path) -> None:
    """From this process and from another: each event once, in order."""
    seen = []
    with timeline.subscribe() as events:
        for event in events:
            seen.append((event.position, event.stream))
            if event.position == 2:
                timeline.retract("meeting", reason="There was none")
                other = elsewhere(path, 0, 250)
            if event.position == 253:
                break
    assert other.wait() == 0
    assert seen == [(1, "source/report"), (2, "happening/meeting"), (3, "happening/meeting")] + [
        (number + 4, f"happening/h{number}") for number in range(250)
    ]
    assert events.position == 253
    assert next(timeline.subscribe(after=252)).stream == "happening/h249"


def test_another_thread_ends_it_while_it_waits(timeline: Timeline, report: ArchivedSource, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not only when the next event comes."""
    monkeypatch.setattr(subscription, "INTERVAL", 3_600)
    events = timeline.subscribe(after=1)
    threading.Timer(0.1, events.close).start()
    assert list(events) == []
    assert list(events) == []


def test_it_holds_no_statement_while_its_caller_works(timeline: Timeline, report: ArchivedSource, meeting: str) -> None:
    """A redaction, which needs the whole file, waits for none."""
    with timeline.subscribe() as events:
        assert next(events).position == 1
        timeline.redact(2, reason="By law")
        assert [(one.position, one.type, one.data is None) for one in (next(events), next(events))] == [
            (2, "HappeningRecorded", False),
            (3, "EventRedacted", False),
        ]
    assert next(timeline.subscribe(after=1)).data is None


def test_a_position_beyond_the_end_is_refused(timeline: Timeline, report: ArchivedSource, path: Path) -> None:
    """It would skip all events up to there; and a file that is absent has none."""
    with pytest.raises(UnknownEvent, match="after: 2 is beyond the end of the log, position 1"):
        timeline.subscribe(after=2)
    with Timeline(path.with_name("absent.db")) as absent, pytest.raises(DatabaseRefused, match="no such file"):
        absent.subscribe()


def test_the_command_follows_a_log(timeline: Timeline, report: ArchivedSource, meeting: str, path: Path) -> None:
    """As JSON for scripts: what is there after a position, then each event as it comes; and Ctrl-C is no failure."""
    script = "from timeline.cli import main; main()"
    words = [sys.executable, "-c", script, "log", "--follow", "--after", "1", "--json", "--db", str(path)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["position"] == 2
        assert elsewhere(path, 0, 2).wait() == 0
        assert [json.loads(process.stdout.readline())["stream"] for _ in range(2)] == ["happening/h0", "happening/h1"]
        assert not is_ready(process.stdout, 0.3)
        os.kill(process.pid, signal.SIGINT)
        assert process.wait() == 0
        assert process.stderr.read() == ""


def test_the_command_begins_at_the_end_and_stops_at_the_limit(timeline: Timeline, report: ArchivedSource, path: Path) -> None:
    """Without a position only new events are listed, the oldest first."""
    other = elsewhere(path, 0, 3)
    result = CliRunner().invoke(main, ["log", "--follow", "--after", "1", "--limit", "2", "--db", str(path)])
    assert other.wait() == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["2", "3"]
    refused = CliRunner().invoke(main, ["log", "--follow", "--reverse", "--db", str(path)])
    assert (refused.exit_code, "the oldest first already" in refused.stderr) == (2, True)
