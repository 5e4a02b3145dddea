"""Make a shared log: its tables, guards and roles, and put the log of a file there, or what was added to the file since.

Owns the proof that both logs are the same. Must not change the file, nor append an event of its own.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from importlib import resources
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from timeline import merkle
from timeline.errors import DatabaseRefused
from timeline.log.event import Event, data_hash
from timeline.log.log import Log
from timeline.log.pending_events import COLUMNS
from timeline.shared_log import connecting

if TYPE_CHECKING:
    import psycopg

ROLES: Final = ("timeline_follower", "timeline_appender", "timeline_redactor")
_AT_ONCE: Final = 2_000  # rows read at a time
# While the log is copied, its events are not new: some are redacted already. They are compared afterwards.
_ASIDE: Final = "ALTER TABLE timeline.events DISABLE TRIGGER insert_event, DISABLE TRIGGER redact"
_BACK: Final = "ALTER TABLE timeline.events ENABLE ALWAYS TRIGGER insert_event, ENABLE ALWAYS TRIGGER redact"
_ALTERED: Final = """
SELECT position FROM timeline.events
WHERE position > %s AND data IS NOT NULL AND data_hash <> sha256(salt || convert_to(data, 'UTF8')) LIMIT 1
"""
_SEE: Final = "Nothing was shared. Check it: timeline verify --db"


@dataclass(frozen=True, slots=True)
class Shared:
    """The result: the size and the root of the log, which both hold, and how many of its events are new to the shared one."""

    size: int
    root: bytes
    new: int


def share(log: Log | None, url: str, advance: Callable[[int], None] = lambda _: None) -> Shared:
    """Put a file's log at an address, in one transaction; None makes an empty log there.

    If the beginning of the file's log is there already, only the rest is added. Raises DatabaseRefused where another log, or a
    longer one, is there, or the two are not the same in the end; then nothing was changed. `advance` is called with numbers of
    events; each event of the file counts twice.
    """
    with closing(connecting.connect(url, expects_log=False)) as connection, _wording_refusals(url):
        if log is None:
            with connection.transaction():
                _make(connection, url)
                if size := _size(connection):
                    reason = f"there is a log of {size:,} events already. Append to it: --db URL"
                    raise DatabaseRefused(connecting.without_password(url), reason)
            return Shared(0, merkle.EMPTY, 0)
        log.refuse_absent()
        log.connection.execute("BEGIN")  # one state of the file, whoever appends meanwhile
        try:
            with connection.transaction():
                shared = _copy(log, connection, url, advance)
                connection.execute("SELECT pg_notify(%s, %s)", (connecting.CHANNEL, str(shared.size)))
        finally:
            log.connection.execute("ROLLBACK")
    return shared


@contextmanager
def _wording_refusals(url: str) -> Iterator[None]:
    import psycopg  # noqa: PLC0415 - the extra `shared`

    try:
        yield
    except psycopg.Error as error:
        raise connecting.refusal(url, error) from None


def _make(connection: "psycopg.Connection[Any]", url: str) -> None:
    """Make roles and tables, where they are missing. The caller holds the transaction."""
    import psycopg  # noqa: PLC0415 - the extra `shared`

    connection.execute("SELECT pg_advisory_xact_lock(%s)", (connecting.LOCK,))
    # Another may have made it meanwhile, of which to_regclass would not know.
    if connection.execute("SELECT FROM pg_tables WHERE (schemaname, tablename) = ('timeline', 'log')").fetchone() is not None:
        connecting.refuse_other_format(connection, connecting.without_password(url))
        return
    known = {role for (role,) in connection.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", ([*ROLES],))}
    (may,) = connection.execute("SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() or (
        False,
    )
    if (missing := [role for role in ROLES if role not in known]) and not may:
        roles = " ".join(f"CREATE ROLE {role};" for role in missing)
        raise DatabaseRefused(
            connecting.without_password(url), f"this user may not make roles. Have an administrator run: {roles} Then repeat"
        )
    for role in missing:
        with suppress(psycopg.errors.UniqueViolation, psycopg.errors.DuplicateObject), connection.transaction():  # made meanwhile
            connection.execute(f"CREATE ROLE {role}")
    connection.execute(resources.files("timeline.shared_log").joinpath("schema.sql").read_bytes())


def _size(connection: "psycopg.Connection[Any]") -> int:
    row = connection.execute("SELECT coalesce(max(position), 0) FROM timeline.events").fetchone()
    return int(row[0]) if row else 0


def _copy(log: Log, connection: "psycopg.Connection[Any]", url: str, advance: Callable[[int], None]) -> Shared:
    """Add the file's events and documents, and compare. The caller holds the transactions of both."""
    name, size = connecting.without_password(url), log.size()
    if log.connection.execute("SELECT 1 FROM withheld LIMIT 1").fetchone() is not None:
        raise DatabaseRefused(log.path, "it is a published copy without all of its documents. Share the original")
    _make(connection, url)
    there = _size(connection)
    if there > size:
        advice = f"Follow it instead: timeline follow URL --db {log.path}"
        raise DatabaseRefused(name, f"there is a log of {there:,} events, and {log.path} has {size:,}. {advice}")
    if there and _root(connection, there, lambda _: None) != _own_root(log, there):
        advice = "Give another database, or follow that log into another file"
        raise DatabaseRefused(name, f"another log is there: its {there:,} events are not the first ones of {log.path}. {advice}")
    connection.execute(_ASIDE)
    _copy_documents(log, connection)
    _copy_events(log, connection, there, advance)
    connection.execute(_BACK)
    _redact_earlier(log, connection, there)
    if origin := next(merkle.own_names(log.connection), None):
        connection.execute("UPDATE timeline.log SET origin = %s", (origin,))
    root = _root(connection, size, advance)
    altered = connection.execute(_ALTERED, (there,)).fetchone()
    if root != _own_root(log, size) or altered is not None or not _have_same_gaps(log, connection):
        raise DatabaseRefused(name, f"the events there are not those of {log.path}. {_SEE} {log.path}")
    return Shared(size, root, size - there)


def _copy_documents(log: Log, connection: "psycopg.Connection[Any]") -> None:
    """Add the documents that are missing. The server compares each with its hash."""
    known = {sha256 for (sha256,) in connection.execute("SELECT sha256 FROM timeline.documents")}
    for (sha256,) in log.connection.execute("SELECT sha256 FROM documents").fetchall():
        if sha256 not in known:
            connection.execute("INSERT INTO timeline.documents VALUES (%s, %b)", (sha256, log.document(sha256)))


def _copy_events(log: Log, connection: "psycopg.Connection[Any]", after: int, advance: Callable[[int], None]) -> None:
    """Add the events after a position, as they are."""
    events = log.events(after)
    while batch := list(islice(events, _AT_ONCE)):
        with connection.cursor().copy(f"COPY timeline.events ({COLUMNS}) FROM STDIN") as copy:
            for event in batch:
                _refuse_altered(log, event)
                copy.write_row(event)
        advance(len(batch))


def _refuse_altered(log: Log, event: Event) -> None:
    if (event.data is None) != (event.salt is None) or (
        event.data is not None and data_hash(event.salt or b"", event.data) != event.data_hash
    ):
        raise DatabaseRefused(log.path, f"the event at position {event.position} was altered. {_SEE} {log.path}")


def _redact_earlier(log: Log, connection: "psycopg.Connection[Any]", after: int) -> None:
    """Remove the data of earlier events that the added ones redact."""
    for event in log.events(after):
        if event.type == "EventRedacted" and event.payload["position"] <= after:
            connection.execute(
                "UPDATE timeline.events SET data = NULL, salt = NULL WHERE position = %s", (event.payload["position"],)
            )
            connection.execute("DELETE FROM timeline.documents WHERE sha256 = ANY(%s)", (event.payload["documents"],))


def _have_same_gaps(log: Log, connection: "psycopg.Connection[Any]") -> bool:
    """Whether the same events are without data in both logs, and both have the same documents."""
    redacted = "SELECT position FROM {}events WHERE data IS NULL ORDER BY position"
    documents = "SELECT sha256 FROM {}documents"
    return all(
        set(log.connection.execute(query.format(""))) == set(connection.execute(query.format("timeline.")))
        for query in (redacted, documents)
    )


def _root(connection: "psycopg.Connection[Any]", size: int, advance: Callable[[int], None]) -> bytes:
    """Compute the root over the events that the server stores."""
    tree = merkle.Growth()
    with connection.cursor(name="leaves") as leaves:
        leaves.itersize = _AT_ONCE
        leaves.execute(f"SELECT {merkle.COLUMNS} FROM timeline.events WHERE position <= %s ORDER BY position", (size,))
        for row in leaves:
            tree.add(merkle.leaf_hash(merkle.leaf(*row)))
            advance(1)
    return tree.root()


def _own_root(log: Log, size: int) -> bytes:
    """Read the root of the file's tree. Raises DatabaseRefused where it is broken."""
    try:
        return merkle.root(size, merkle.reader(log.connection))
    except LookupError as error:
        raise DatabaseRefused(log.path, f"{error}: the log is broken. {_SEE} {log.path}") from None
