"""The functions that the SQL of the questions, and of the list of sources, calls to read what people typed.

Owns their names, and what each says of words that make no sense. They read as the timeline's page does, so that both find
the same. Must not read or write any table. SQLite tells no words of a function that fails, but it does tell which JSON path
it cannot read: the questions hand a fault to `json_extract('{}', …)`, which passes NULL over and shows anything else.
"""

import re
import sqlite3

from timeline import dates
from timeline.actors import actor_id
from timeline.errors import DateInvalid
from timeline.selection import period, search_words

Typed = str | int | float | bytes | None
"""What SQLite hands over."""

# A passage has so many words, of which so many before the first that was looked for; further on in a text none is looked for.
_PASSAGE, _BEFORE, _FURTHEST = 24, 8, 10_000
_LONGEST_TITLE = 200
_TOKEN = re.compile(r"[^\W_]+")

# Larger than any day or position.
_NEVER = 9_000_000_000_000_000
# The period that is left empty.
_ALWAYS = "../.."


def period_fault(typed: Typed) -> str | None:
    """Say what is wrong with a period; NULL where nothing is, or it is left empty."""
    text = _text(typed)
    try:
        period.bounds(text or _ALWAYS)
    except DateInvalid:
        return _fault(text, "date", "Write a year (2003, 44 BCE), a month (2025-11), a day (2025-11-24) or any other EDTF")
    return None


def period_first_day(typed: Typed) -> int:
    """Give the number of a period's first day; before all others where it is open or left empty."""
    return _bound(typed, 0, -_NEVER)


def period_last_day(typed: Typed) -> int:
    """Give the number of a period's last day; after all others where it is open or left empty."""
    return _bound(typed, 1, _NEVER)


def period_match(date: Typed, since: Typed, until: Typed) -> str | None:
    """Say how a date lies to a period: "possible", "near" where only a wide "about" reaches it, or NULL where neither."""
    try:
        first, last = (period.seconds(_text(typed) or _ALWAYS)[side] for side, typed in enumerate((since, until)))
    except DateInvalid:
        return None  # `period_fault` says so
    return dates.edtf_within(date, period_first_day(since), first, period_last_day(until), last)


def position_fault(typed: Typed) -> str | None:
    """Say what is wrong with a position; NULL where nothing is, or it is left empty."""
    text = _text(typed)
    if not text or re.fullmatch(r"[0-9]{1,18}", text):
        return None
    return _fault(text, "position in the log", "Write a whole number from 0, or leave it empty")


def words_match(typed: Typed) -> str:
    """Give the full-text expression that finds all of the words; one that finds nothing where there are none."""
    # What SQLite would take for the end of the expression only parts words.
    return search_words.match(_text(typed).replace("\0", " ")) or '""'


def words_passage(typed: Typed, *texts: Typed) -> str:
    """Give some words of the first text that has one of those that are looked for, each of them in brackets; else of the first.

    SQLite's own `snippet` takes the square of the time in a long text, and cannot be interrupted. This reads the beginning alone.
    """
    wanted = [token.casefold() for word in search_words.words(_text(typed)) for token in _TOKEN.findall(search_words.folded(word))]
    begun = wanted[-1] if wanted and not search_words.is_short(search_words.words(_text(typed))[-1]) else None
    for text in (_text(one)[:_FURTHEST] for one in texts):
        tokens = list(_TOKEN.finditer(text))
        hits = {n for n, token in enumerate(tokens) if _is_wanted(search_words.folded(token[0]).casefold(), wanted, begun)}
        if hits:
            return _passage(text, tokens, hits)
    return _text(texts[0])[:_LONGEST_TITLE] if texts else ""


def words_among(typed: Typed, *texts: Typed) -> int:
    """Give 1 where all of the words are in the texts together, as parts of words, with or without their accents; else 0."""
    among = search_words.folded("\n".join(_text(one) for one in texts)).casefold()
    return int(all(search_words.folded(word).casefold() in among for word in search_words.words(_text(typed))))


def _is_wanted(token: str, wanted: list[str], begun: str | None) -> bool:
    return token in wanted or (begun is not None and token.startswith(begun))


def _passage(text: str, tokens: list[re.Match[str]], hits: set[int]) -> str:
    first = max(0, min(hits) - _BEFORE)
    last = min(len(tokens), first + _PASSAGE)
    at = tokens[first].start() if first else 0
    parts = ["… "] if first else []
    for n in range(first, last):
        begin, end = tokens[n].span()
        parts.append(text[at:begin] + (f"[{tokens[n][0]}]" if n in hits else tokens[n][0]))
        at = end
    parts.append(text[at:] if last == len(tokens) else " …")
    return "".join(parts)


def register(connection: sqlite3.Connection) -> None:
    """Give a connection the functions, each of one argument but for those that look at several texts."""
    connection.create_function("words_passage", -1, words_passage, deterministic=True)
    connection.create_function("words_among", -1, words_among, deterministic=True)
    for function in (period_fault, period_first_day, period_last_day, position_fault, words_match):
        connection.create_function(function.__name__, 1, function, deterministic=True)
    connection.create_function("period_match", 3, period_match, deterministic=True)
    connection.create_function("actor_id", 1, actor_id, deterministic=True)


def _bound(typed: Typed, side: int, otherwise: int) -> int:
    try:
        bound = period.bounds(_text(typed) or _ALWAYS)[side]
    except DateInvalid:
        return otherwise  # `period_fault` says so
    return otherwise if bound is None else bound


def _text(typed: Typed) -> str:
    return "" if typed is None or isinstance(typed, bytes) else str(typed).strip()


def _fault(text: str, wanted: str, advice: str) -> str:
    # SQLite puts it between quotation marks.
    return f"“{text[:40]}” is no {wanted}. {advice}".replace("'", "’")
