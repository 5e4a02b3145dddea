"""Ways to alter the file of a timeline as someone would who takes the guards away and puts them back."""

import hashlib
import json
import sqlite3
from collections.abc import Callable

from timeline import Timeline
from timeline.audit import Report, verify
from timeline.log.log import canonical
from timeline.log.schema import guards

Tamper = Callable[[sqlite3.Connection], object]


def altered(timeline: Timeline, tamper: Tamper | None) -> Report:
    """Alter the file as someone would who takes the guards away and puts them back, and audit what is left."""
    connection = timeline.log.connection
    for name in guards():
        connection.execute(f"DROP TRIGGER {name}")
    if tamper is not None:
        tamper(connection)
    for sql in guards().values():
        connection.execute(sql)
    return verify(timeline)


def rewritten(position: int, change: Callable[[dict[str, object]], object]) -> Tamper:
    """Change what an event says, with a hash that fits: what someone would do who knows how."""

    def tamper(connection: sqlite3.Connection) -> None:
        data, salt = connection.execute("SELECT data, salt FROM events WHERE position = ?", (position,)).fetchone()
        payload = json.loads(data)
        change(payload)
        data = canonical(payload)
        digest = hashlib.sha256(salt + data.encode()).digest()
        connection.execute("UPDATE events SET data = ?, data_hash = ? WHERE position = ?", (data, digest, position))

    return tamper


def said(position: int, **fields: object) -> Tamper:
    """Change fields of what an event states."""
    return rewritten(position, lambda payload: payload["statement"].update(fields))  # type: ignore[attr-defined]


def cited(position: int, **fields: object) -> Tamper:
    """Change fields of an event's first citation."""
    return rewritten(position, lambda payload: payload["statement"]["citations"][0].update(fields))  # type: ignore[index]


def sql(*statements: str) -> Tamper:
    """Change the file with SQL."""

    def tamper(connection: sqlite3.Connection) -> None:
        for statement in statements:
            connection.execute(statement)

    return tamper


def remarks(report: Report) -> str:
    """Give all that is remarked on."""
    assert report.faults == ()
    return "\n".join(remark for check in report.checks for remark in check.remarks)
