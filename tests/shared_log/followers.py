"""What tests of followers share: a log to follow, a follower in a thread, and the proof that a file is the log's."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
from test_projections import rows

from timeline import Timeline
from timeline.log.event import Event
from timeline.log.log import Log
from timeline.shared_log import follow
from timeline.shared_log.log import SharedLog

TEXT = "The council met in Marrakech. It sat for four days."
PATIENCE = 60.0  # seconds after which a test that waits has failed


def fill(timeline: Timeline, count: int, start: int = 0) -> None:
    """Record so many happenings that quote the report, which is archived first."""
    report = timeline.archive(text=TEXT, id="report", title="A report")
    quote = [report.quote("It sat for four days")]
    timeline.append_many(
        {"id": f"h-{number}", "title": f"Happening {number}", "date": f"{1900 + number % 100}", "citations": quote}
        for number in range(start, start + count)
    )


def until(condition: Callable[[], Any]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.005)


def size(path: Path) -> int:
    """Count the events in a file."""
    with closing(Log(path, read_only=True)) as log:
        return log.size()


def events(url: str) -> list[Event]:
    """Read the events of a shared log."""
    with closing(SharedLog(url, read_only=True)) as log:
        return [*log.events()]


def documents(url: str) -> list[tuple[str, bytes]]:
    """Read the documents of a shared log."""
    with psycopg.connect(url) as server:
        return server.execute('SELECT sha256, bytes FROM timeline.documents ORDER BY sha256 COLLATE "C"').fetchall()


def tamper(url: str, sql: str) -> None:
    """Change a shared log as its owner could, past all guards."""
    with psycopg.connect(url) as server:
        for table in ("events", "documents"):
            server.execute(f"ALTER TABLE timeline.{table} DISABLE TRIGGER ALL")
        server.execute(sql)
        for table in ("events", "documents"):
            server.execute(f"ALTER TABLE timeline.{table} ENABLE TRIGGER ALL")


def is_followed(url: str, path: Path) -> None:
    """Fail unless a file holds the log, its documents, and the read tables and the tree that a rebuild gives, and is sound."""
    with Timeline(path, read_only=True) as timeline:
        assert [*timeline.log.events()] == events(url)
        assert timeline.log.connection.execute("SELECT * FROM documents ORDER BY sha256").fetchall() == documents(url)
        assert timeline.verify().faults == ()
    with Timeline(path, rebuilding=True) as timeline:
        derived = rows(timeline)
        timeline.rebuild(tree=True)
        assert rows(timeline) == derived


@contextmanager
def following(path: Path, url: str | None = None, **options: Any) -> Iterator[list[str]]:  # noqa: ANN401 - those of `follow`
    """Follow in a thread within the block; give the lines that it reports. It ends without an error."""
    stop, lines, errors = threading.Event(), list[str](), list[BaseException]()

    def work() -> None:
        try:
            follow(url, path, stop=stop, report=lines.append, **options)
        except BaseException as error:  # the test fails with it
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        until(lambda: lines or errors)
        yield lines
    finally:
        stop.set()
        thread.join()
    if errors:
        raise errors[0]


def contents(path: Path) -> bytes:
    """Read a file and its journals."""
    return b"".join(one.read_bytes() for one in sorted(path.parent.glob(f"{path.name}*")))


def redacted_log(url: str) -> None:
    """Make a log in which every kind of event is redacted, and others refer to what is gone."""
    with Timeline(url, by="Ann") as shared:
        fill(shared, 4)
        kept = shared.archive(text="A text that stays, as others quote it.", id="kept", title="Kept")
        gone = shared.archive(text="Nobody shall read this.", id="gone", title="Gone")
        shared.record("a", title="A", date="2020", citations=[kept.quote("stays")])
        b = shared.record("b", title="B", date="2020", citations=[gone.quote("Nobody")])
        first = shared.correct("a", title="A corrected", reason="r")
        shared.by = shared._streams.by = "Bo"
        review = shared.review("a", verdict="confirmed", version=2)
        shared.correct("a", title="A corrected again", reason="r2")
        shared.correct_source("kept", publisher="P", reason="r")
        shared.redact(b.position, reason="law")
        shared.redact(gone.position, reason="law")
        shared.redact(kept.position, reason="law", keep_documents=True)
        shared.redact(review.position, reason="law")
        shared.redact(first.position, reason="law")
        shared.correct_source("kept", publisher="Q", reason="s")
        shared.record("c", title="C", date="2021", citations=[{"source": "kept", "quote": "others quote it"}])
