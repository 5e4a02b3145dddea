"""Connect to a shared log, and explain PostgreSQL's errors. Must not know what an event is.

No message repeats a password. psycopg is imported on first use: it is the extra `shared`.
"""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

from timeline.errors import DatabaseRefused, SharedLogUnreachable

if TYPE_CHECKING:
    import psycopg

LOCK: Final = 2115043329  # the advisory lock of all appends; schema.sql has it as well
CHANNEL: Final = "timeline_events"
"""The channel on which writers announce the last position, now and then. Only a hint: not every append is announced."""
FORMAT: Final = 1  # of timeline.log: the layout of the tables
SECONDS: Final = 10  # for a connection to be made
WAIT: Final = 60  # seconds for another writer to be done, as for a file
IDLE: Final = 10  # minutes for which a writer that hangs keeps its turn
OLDEST: Final = 14  # the oldest PostgreSQL that can be used
# A commit of its own, which reaches the disk and the standby after all that was committed before it, and the last position by then.
# Commits made while a writer has its turn do not wait for the disk, so nobody acts on an event before this has returned.
DURABLE: Final = "SELECT coalesce(max(position), 0), pg_logical_emit_message(true, 'timeline', '') FROM timeline.events"
_URL: Final = re.compile(r"postgres(?:ql)?:/", re.IGNORECASE)
_ATTEMPT: Final = re.compile(r'server at "([^"]*)".*?, port (\d+) failed: (.*)')
_SILENCE: Final = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}
# Plans are made while the log is small and its statistics are missing, and are used when it is large: all go by an index.
# The server too notices within 20 seconds that a writer is gone, and gives its turn to the next. An acknowledged append is on disk,
# and on the synchronous standby where there is one.
_SESSION: Final = f"""
SET enable_seqscan = off; SET client_encoding = 'UTF8'; SET lock_timeout = '{WAIT}s'; SET standard_conforming_strings = on;
SET idle_in_transaction_session_timeout = '{IDLE}min'; SET default_transaction_read_only = off;
SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3; SET tcp_user_timeout = 20000;
SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write');
SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('server_encoding'),
    to_regclass('timeline.log') IS NOT NULL
"""


def is_url(text: object) -> bool:
    """Whether a text is the address of a shared log, not the path of a file."""
    return isinstance(text, str) and _URL.match(text) is not None


def without_password(url: str) -> str:
    """Return an address without its password, and without what may be a part of it where it cannot be read."""
    hidden = re.sub(r"(?<=[?&])(password|sslpassword)=[^&]*&?", "", url, flags=re.IGNORECASE).rstrip("?&")
    scheme, _, rest = hidden.partition("://")
    user, at, host = rest.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}{at}{host}"


def for_appending(url: str, user: str) -> str:
    """Return an address for the server that takes appends, whichever one it allows; as another user, if one is given."""
    address, _, query = url.partition("?")
    wanted = {"target_session_attrs": "read-write", **({"user": quote(user, safe="")} if user else {})}
    others = [one for one in query.split("&") if one and one.partition("=")[0] not in wanted]
    return f"{address}?{'&'.join((*others, *(f'{name}={value}' for name, value in wanted.items())))}"


def refuse_without_psycopg(url: str) -> None:
    """Raise DatabaseRefused if the extra `shared` is not installed."""
    if find_spec("psycopg") is None:
        raise DatabaseRefused(without_password(url), "psycopg is not installed. Install it: pip install 'cited-timeline[shared]'")


def connect(url: str, *, expects_log: bool = True) -> "psycopg.Connection[Any]":
    """Connect to the server of a log, without a transaction. Raises DatabaseRefused.

    The session waits at most `WAIT` seconds for another writer, notices a broken link, and acknowledges what is on disk.
    """
    refuse_without_psycopg(url)
    import psycopg  # noqa: PLC0415 - the extra `shared`

    logging.getLogger("psycopg").addHandler(logging.NullHandler())  # our own error says it, in one line
    name = without_password(url)
    try:
        parts = psycopg.conninfo.conninfo_to_dict(url)
        if url.partition("?")[0].count("@") > 1:  # the rest of a password would be taken for a host, and be repeated
            raise psycopg.ProgrammingError
    except psycopg.Error:
        form = "postgresql://USER@HOST/DATABASE"
        raise DatabaseRefused(name, f"this address cannot be read. Write one such as {form}, special characters as %40") from None
    options: dict[str, Any] = {"connect_timeout": SECONDS, "application_name": "timeline", **_SILENCE, **parts}
    try:
        connection = psycopg.connect(**options, autocommit=True)
    except psycopg.Error as error:
        raise refusal(url, error) from None
    try:
        _prepare(connection, name, expects_log=expects_log)
    except psycopg.Error as error:
        connection.close()
        raise refusal(url, error) from None
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: "psycopg.Connection[Any]", name: str, *, expects_log: bool) -> None:
    """Set up the session, and refuse a server that would not keep what it acknowledges, or that has no log."""
    if (version := connection.info.server_version // 10_000) < OLDEST:
        raise DatabaseRefused(name, f"the server is PostgreSQL {version}, expected {OLDEST} or later. Upgrade the server")
    cursor = connection.execute(_SESSION)
    while cursor.nextset():
        pass
    fsync, full_page_writes, encoding, has_log = cursor.fetchone() or ("", "", "", False)
    for setting, value in (("fsync", fsync), ("full_page_writes", full_page_writes)):
        if value != "on":
            reason = f"the server runs with {setting} off, so a power cut could lose events. Set {setting} = on in postgresql.conf"
            raise DatabaseRefused(name, reason)
    if encoding != "UTF8":
        raise DatabaseRefused(name, f"this database is in {encoding}, not UTF8. Make another: createdb -E UTF8 -T template0 NAME")
    if not expects_log:
        return
    if not has_log:
        raise DatabaseRefused(name, "there is no log in this database. Share one: timeline share --db timeline.db URL")
    refuse_other_format(connection, name)


def refuse_other_format(connection: "psycopg.Connection[Any]", name: str) -> None:
    """Raise DatabaseRefused if another version of this program made the log."""
    (form,) = connection.execute("SELECT format FROM timeline.log").fetchone() or (0,)
    if form != FORMAT:
        reason = f"its log has another format ({form}, known {FORMAT}). Use the version of cited-timeline that its other hosts use"
        raise DatabaseRefused(name, reason)


def password(url: str) -> str | None:
    """Return the password in an address; None if there is none. Raises DatabaseRefused without psycopg."""
    refuse_without_psycopg(url)
    import psycopg  # noqa: PLC0415 - the extra `shared`

    try:
        password = psycopg.conninfo.conninfo_to_dict(url).get("password")
    except psycopg.Error:  # connecting reports that
        return None
    return None if password is None else str(password)


def refusal(url: str, error: Exception, *, after: str = "") -> DatabaseRefused:
    """Turn an error of PostgreSQL into a one-line explanation with the next step. `after` is the state of the log."""
    import psycopg  # noqa: PLC0415 - the extra `shared`

    code = getattr(error, "sqlstate", None) or ""
    primary = getattr(getattr(error, "diag", None), "message_primary", None)
    words = _without_password(url, primary or _causes(str(error)))
    if code == "55P03":
        reason = f"others have been using it for {WAIT} seconds. Try again when they are done"
    elif code == "25006":
        reason = "this server is a standby, which only reads. Name every host, and add ?target_session_attrs=read-write"
    elif code == "42501":
        role = "timeline_redactor to redact" if "redact" in words else "timeline_appender to append, timeline_follower to follow"
        reason = f"the user may not do that ({words}). Have the log's owner grant the role: {role}"
    elif code in ("53100", "53200"):
        reason = f"the server is full ({words}). Free some space there, then repeat"
    elif code == "25P03":
        reason = (
            f"this append had its turn and did nothing for {IDLE} minutes, so the server has ended it. Nothing was saved."
            " Prepare everything first, then append it at once"
        )
    elif isinstance(error, psycopg.OperationalError):
        fault = f"the server {'refuses the connection' if 'FATAL:' in words else 'cannot be reached'} ({words})".replace(
            "FATAL: ", ""
        )
        reason = f"{fault}. {after or 'Check the address and the server, then repeat'}"
        return SharedLogUnreachable(without_password(url), reason, fault=fault, outcome=after)
    else:
        reason = words
    return DatabaseRefused(without_password(url), reason)


def _causes(words: str) -> str:
    """Return psycopg's words on one line; of several hosts, why each of them failed, once."""
    causes = dict.fromkeys(_ATTEMPT.findall(words.partition("All failures were:")[2]))
    if len(causes) > 1:
        return "; ".join(f"{host}:{port}: {' '.join(cause.split())}" for host, port, cause in causes)
    return " ".join(words.partition("\n\tIs the server running")[0].split())


@contextmanager
def durably(connection: "psycopg.Connection[Any]", name: str, seconds: float, outcome: str) -> Iterator[None]:
    """Within the block, commit and wait until it is on disk, and on the standby: `seconds` at most.

    Raises SharedLogUnreachable, with what became of the call, where the standby has not confirmed it by then.
    """
    warned: list[bool] = []

    def hear(notice: "psycopg.errors.Diagnostic") -> None:
        warned.append(notice.severity_nonlocalized == "WARNING")

    patience = threading.Timer(seconds, connection.cancel)  # the server then warns that it has not waited
    patience.daemon = True
    connection.add_notice_handler(hear)
    patience.start()
    try:
        yield
    finally:
        patience.cancel()
        connection.remove_notice_handler(hear)
    if any(warned):
        fault = "its synchronous standby does not confirm that it has the newest events"
        raise SharedLogUnreachable(name, f"{fault}. {outcome}", fault=fault, outcome=outcome)


def _without_password(url: str, words: str) -> str:
    """Return an error's words without the password, in case a library repeats it."""
    _, at, _ = url.partition("://")[2].rpartition("@")
    passwords = re.findall(r"(?:(?<=[?&]password=)|(?<=[?&]sslpassword=))[^&]+", url, flags=re.IGNORECASE)
    if at:
        passwords.append(url.partition("://")[2].rpartition("@")[0].partition(":")[2])
    for password in passwords:
        for form in (password, unquote(password)):
            words = words.replace(form, "…") if len(form) > 2 else words
    return words
