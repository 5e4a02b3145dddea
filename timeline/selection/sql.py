"""The SQL functions with which the canned queries, and the list of sources, read what people type.

Owns their names, and their messages for input that makes no sense. They read input as the timeline's page does, so both give the
same results. Must not read or write any table. SQLite hides the message of a function that fails, but it does show a JSON path that
it cannot read: so the queries pass a fault to `json_extract('{}', …)`, which ignores NULL and shows anything else.
"""

import re
import sqlite3

from timeline import dates
from timeline.actors import actor_id
from timeline.errors import DateInvalid
from timeline.selection import period, search_words
from timeline.selection.passages import Words

Typed = str | int | float | bytes | None
"""A value from SQLite."""

_FURTHEST = 10_000  # characters of a text in which words are searched
_LONGEST_TITLE = 200

# Larger than any day or position.
_NEVER = 9_000_000_000_000_000
# Stands for a period that is left empty.
_ALWAYS = "../.."


def period_fault(typed: Typed) -> str | None:
    """Explain what is wrong with a period; NULL if nothing is, or it is empty."""
    text = _typed_text(typed)
    fault = period.fault(text or _ALWAYS)
    return _fault(text, fault.reason, fault.advice) if fault else None


def period_first_day(typed: Typed) -> int:
    """Return the number of a period's first day; smaller than any other if it is open or empty."""
    return _bound(typed, 0, -_NEVER)


def period_last_day(typed: Typed) -> int:
    """Return the number of a period's last day; larger than any other if it is open or empty."""
    return _bound(typed, 1, _NEVER)


def period_match(date: Typed, since: Typed, until: Typed) -> str | None:
    """Compare a date with a period: "possible"; "near" if only a wide "about" reaches it; NULL if neither."""
    try:
        first, last = (period.seconds(_typed_text(typed) or _ALWAYS)[side] for side, typed in enumerate((since, until)))
    except DateInvalid:
        return None  # `period_fault` reports it
    return dates.edtf_within(date, period_first_day(since), first, period_last_day(until), last)


def position_fault(typed: Typed) -> str | None:
    """Explain what is wrong with a position; NULL if nothing is, or it is empty."""
    text = _typed_text(typed)
    if not text or re.fullmatch(r"[0-9]{1,18}", text):
        return None
    return _fault(text, "is no position in the log", "Write a whole number from 0, or leave it empty")


def words_match(typed: Typed) -> str:
    """Return the full-text expression that finds all of the words; one that finds nothing if there are none."""
    # SQLite would take a NUL for the end of the expression; here it only separates words.
    return search_words.match(_typed_text(typed).replace("\0", " ")) or '""'


def words_passage(typed: Typed, *texts: Typed) -> str:
    """Return a passage of the first text with a matching word, each match in brackets; without one, the start of the first text.

    SQLite's own `snippet` takes quadratic time in a long text and cannot be interrupted. This reads only the beginning of a text.
    """
    words = Words(_typed_text(typed))
    for text in (_typed_text(one)[:_FURTHEST] for one in texts):
        if (passage := words.passage(text)) is not None:
            return passage.bracketed(text)
    return _typed_text(texts[0])[:_LONGEST_TITLE] if texts else ""


def words_among(typed: Typed, *texts: Typed) -> int:
    """Return 1 if the texts together contain all of the words, whole or inside longer ones, accents ignored; else 0."""
    among = search_words.folded("\n".join(_typed_text(one) for one in texts)).casefold()
    return int(all(search_words.folded(word).casefold() in among for word in search_words.words(_typed_text(typed))))


def register(connection: sqlite3.Connection) -> None:
    """Register the functions on a connection. Each takes one argument, except those that read several texts."""
    connection.create_function("words_passage", -1, words_passage, deterministic=True)
    connection.create_function("words_among", -1, words_among, deterministic=True)
    for function in (period_fault, period_first_day, period_last_day, position_fault, words_match):
        connection.create_function(function.__name__, 1, function, deterministic=True)
    connection.create_function("period_match", 3, period_match, deterministic=True)
    connection.create_function("actor_id", 1, actor_id, deterministic=True)


def _bound(typed: Typed, side: int, otherwise: int) -> int:
    try:
        bound = period.bounds(_typed_text(typed) or _ALWAYS)[side]
    except DateInvalid:
        return otherwise  # `period_fault` reports it
    return otherwise if bound is None else bound


def _typed_text(typed: Typed) -> str:
    return "" if typed is None or isinstance(typed, bytes) else str(typed).strip()


def _fault(text: str, reason: str, advice: str) -> str:
    # SQLite shows it inside quotation marks.
    return f"“{text[:40]}” {reason}. {advice}".replace("'", "’")
