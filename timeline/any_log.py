"""Open a log by its address: a file, or a shared log over PostgreSQL.

Owns the choice between the two. Code that decides what may follow takes an `AnyLog`, and asks nothing that only one of them has.
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from timeline.errors import DatabaseRefused
from timeline.log.log import Log
from timeline.shared_log import connecting

if TYPE_CHECKING:
    from timeline.shared_log.log import SharedLog

AnyLog: TypeAlias = "Log | SharedLog"


def open_log(
    address: str | Path,
    *,
    read_only: bool,
    guarded: bool,
    complete: Callable[[sqlite3.Connection], None],
    upgrading: bool,
) -> AnyLog:
    """Open the shared log at a postgresql:// address, or the file at a path; the other parameters are those of `Log`."""
    if isinstance(address, Path) and connecting.is_url(str(address)):
        raise DatabaseRefused("postgresql:", 'is the address of a shared log, not a path. Give it as a text: "postgresql://…"')
    if connecting.is_url(address):
        connecting.refuse_without_psycopg(str(address))
        from timeline.shared_log.log import SharedLog  # noqa: PLC0415 - psycopg is the extra `shared`

        return SharedLog(str(address), read_only=read_only)
    return Log(address, read_only=read_only, guarded=guarded, complete=complete, upgrading=upgrading)
