"""Where words are: in happenings, in their quotations, and in documents; the same words that the page's search finds.

Owns the order of what is found. Must not decide what matches: the page's search does, and the index.
"""

import re
import sqlite3
from collections.abc import Sequence
from typing import Final

from timeline.selection import search_words, sql

_HAPPENINGS: Final = """
SELECT happenings.position, words_passage(?1, happenings_fts.title, happenings_fts.summary, happenings_fts.people,
    happenings_fts.place, happenings_fts.quotations)
FROM happenings_fts JOIN happenings ON happenings.position = happenings_fts.rowid
WHERE happenings.status = 'current' AND happenings_fts MATCH ?2 ORDER BY bm25(happenings_fts), happenings.position
"""
_DOCUMENTS: Final = """
SELECT sources_fts.rowid, words_passage(?1, sources_fts.text, sources_fts.title, sources_fts.publisher, sources_fts.author)
FROM sources_fts WHERE sources_fts MATCH ?2 ORDER BY bm25(sources_fts), sources_fts.rowid
"""


def happenings(connection: sqlite3.Connection, typed: str) -> Sequence[tuple[int, str]]:
    """Find the happenings that have all of the words: the position of each and a passage, the closest first."""
    return _found(connection, _HAPPENINGS, typed)


def documents(connection: sqlite3.Connection, typed: str) -> Sequence[tuple[int, str]]:
    """Find the sources that have all of the words: the position of each and a passage, the closest first."""
    return _found(connection, _DOCUMENTS, typed)


def passage(typed: str, text: str) -> str | None:
    """Give some words of a text that has all that are looked for, those in brackets; None where it has not all."""
    wanted = [token for word in search_words.words(typed) for token in _tokens(search_words.folded(word))]
    there = _tokens(search_words.folded(text))
    last = None if not wanted or search_words.is_short(search_words.words(typed)[-1]) else wanted[-1]
    if not all(word in there or (word == last and any(one.startswith(word) for one in there)) for word in wanted):
        return None
    return sql.words_passage(typed, text)


def _found(connection: sqlite3.Connection, query: str, typed: str) -> Sequence[tuple[int, str]]:
    sql.register(connection)
    return connection.execute(query, (typed, sql.words_match(typed))).fetchall()


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
