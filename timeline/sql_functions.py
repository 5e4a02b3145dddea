"""The plugin of sqlite-utils: the functions of the date and of the questions, in every query that sqlite-utils runs.

Owns that hook alone. Must not import more than the dates need, nor ever fail: sqlite-utils calls it for each database that it
opens, whoever made it.
"""

import sqlite3

from sqlite_utils import hookimpl

from timeline import dates
from timeline.selection import sql


@hookimpl
def prepare_connection(conn: sqlite3.Connection) -> None:
    """Give a connection `edtf_words`, `edtf_earliest`, `words_match` and the others."""
    dates.register(conn)
    sql.register(conn)
