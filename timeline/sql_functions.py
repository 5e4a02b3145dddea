"""The sqlite-utils plugin: our SQL functions for dates and searches, in every query that sqlite-utils runs.

Owns only that hook. Must not import more than the dates need, and must never fail: sqlite-utils calls it for every database that
it opens.
"""

import sqlite3

from sqlite_utils import hookimpl

from timeline import dates
from timeline.selection import sql


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Register `edtf_words`, `edtf_earliest`, `words_match` and the other functions on a connection."""
    dates.register(conn)
    sql.register(conn)
