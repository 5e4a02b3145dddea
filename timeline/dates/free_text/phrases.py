"""Read a date in words into EDTF: first qualifiers such as "circa", "before", "early" or a question mark, then the date itself.

Owns the order in which forms are tried. Must not make a date more exact than its words: parts that EDTF cannot express stay in the
note.
"""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from timeline import dates
from timeline.dates.free_text.days import DateUnread, Order, day, year
from timeline.dates.free_text.languages import english
from timeline.dates.free_text.ranges import ends, is_range, ranged, several, short
from timeline.dates.free_text.result import ASKED_MIDNIGHT, MIDNIGHT, OthersDate, as_note, checked, of_day
from timeline.dates.free_text.times import single
from timeline.dates.free_text.vague import open_in_part, vague
from timeline.errors import DateInvalid, Sentence

_NONE: Final = re.compile(
    r"(?:(?:date\s+)?(?:unknown|uncertain|not known|missing|unspecified)(?:\s+date)?"
    r"|undated|no date|n\.?\s?d\.?|s\.?\s?d\.?|o\.\s?j\.?|s\.\s?a\.?"
    r"|n/?a|none|null|nil|nan|nat|tb[acd]|various|0000-00-00(?: 00:00:00)?|00[/.]00[/.]0000|[?.\-–—_*/]+)\.?",
    re.I,
)
_ABOUT: Final = re.compile(
    r"^(?:(?:(?:on|in)\s+or\s+(?:about|around)|circa|ca|c|approx|approximately|about|around|abt|um|vers)\b\.?|(?:circa|ca|c|approx|abt)\.?(?=\d)|~|≈|∼)\s*"
    r"|\s*(?:\((?:circa|ca\.?|c\.|approx\.?|approximately|est\.?|estimated)\)|(?<=[\ds]),?\s*(?:circa|approx\.?|approximately|estimated|est\.)|\bca\.|(?<=\d\d\d)\s*(?:ca\.?|c\.)|\bor\s+thereabouts|~)$",
    re.I,
)
_DOUBT: Final = re.compile(
    r"^(?:probably|possibly|perhaps|maybe|likely)\s+|\s*(?:\(\?\)|(?<![-–])\?|\((?:probably|possibly|uncertain)\))$", re.I
)
_CALENDAR: Final = re.compile(r",?\s*\(?\b(?:o\.s\.|old style|julian(?: calendar)?)\)?$", re.I)
_MOSTLY: Final = re.compile(
    r"(?:the\s+)?(?P<part>early|mid|middle|late|beginning|start|end|morning|afternoon|evening|night|dawn)[\s-]+"
    r"(?:of\s+|in\s+)?(?:the\s+)?(?P<rest>.+)",
    re.I,
)
_TIME_OF_DAY: Final = re.compile(
    r",?\s*\(?(?:in\s+the\s+|at\s+)?(?P<part>(?:early\s+|late\s+)?(?:morning|afternoon|evening|night|dawn|noon|midnight))\)?$", re.I
)
_SIDE: Final = re.compile(
    r"^(?P<side>(?:before|prior to|not later than|no later than|after|not before|since|from|until|till|by|bef\.?|aft\.?)(?=\s)"
    r"|[<>])\s*",
    re.I,
)
_ONWARDS: Final = re.compile(r"(?P<rest>.+?)\s+(?:onwards?|et\s+seq\.?|and\s+after)", re.I)
_BETWEEN: Final = re.compile(r"^between\s+(?P<first>.+?)\s+and\s+(?P<last>.+)$", re.I)
_WEEK_OF: Final = re.compile(r"(?:the\s+)?week\s+(?:of|beginning|commencing|starting|from)\s+(?P<day>.+)", re.I)
_SET_IN: Final = re.compile(r"^(?:on|in|dated|during)\s+(?=\d|[a-z]+\.?\s+'?\d|the\s+\d)", re.I)
_BRACKETS: Final = re.compile(r"\((?P<one>[^()]+)\)|\[(?P<two>[^\[\],.{}]*\.?[^\[\],.{}]*)\]")
_SLASHED_DAY: Final = re.compile(r"(?:0?[1-9]|[12]\d|3[01])([/.])(?:0?[1-9]|[12]\d|3[01])\1\d{4}")
_STAND_IN: Final = re.compile(r"(?:0001-01-01|1899-12-3[01]|1900-01-01|1970-01-01|9999-12-31)(?:T.*)?")
_ASKED_STAND_IN: Final = "{} is what programs write for a missing date. Say if it is one"
_ASKED_SEASON: Final = "{} is a season or part of the year in EDTF. Say if it is {} to {}"
_LETTER: Final = re.compile(r"[^\W\d_]")
_LONGEST: Final = 200


@lru_cache(maxsize=4096)
def read(text: str, order: Order | None = None) -> OthersDate:
    """Read a date as written; `order` is the order of day and month as numbers in this file.

    Raises DateUnread with the reason if the words are not a date, or not a possible one, such as 30 February.
    """
    words = " ".join(text.split())
    if not words or _NONE.fullmatch(words):
        raise DateUnread("gives no date" if words else "there is no date", words)
    if len(words) > _LONGEST:
        raise DateUnread("is too long for a date", f"{words[:30]}…")
    if serial := re.fullmatch(r"(\d{5})\.\d+", words):
        return read(serial[1])  # refused with an explanation
    if re.fullmatch(r"#[A-Z/0!?]+!?|#+", words):
        raise DateUnread("is a spreadsheet's sign for an error. Correct it there, and save the file again", words[:10])
    if _SLASHED_DAY.fullmatch(words) and (
        numeric := day(words, order)
    ):  # the most frequent form in tables: no need to try the others
        return _in_doubt(checked(of_day(numeric, words), words), words)
    season = re.fullmatch(r"(\d{4})-(2[1-9]|3\d|4[01])", words)
    if dates.plain(words) is None and not dates.is_date(words):
        return _in_any_language(words, order)
    question: str | None = None
    if season:
        question = Sentence(_ASKED_SEASON, words, season[1], season[1][:2] + season[2])
    if words == "0000":
        question = "the year 0000 is 1 BC in EDTF. Say if it means a missing date"
    if _STAND_IN.fullmatch(words):
        question = Sentence(_ASKED_STAND_IN, words)
    midnight = ASKED_MIDNIGHT if MIDNIGHT.search(words) else None
    return OthersDate(words, None, None, tuple(filter(None, (question, midnight))))


def about(date: OthersDate) -> OthersDate:
    """Mark a date as approximate, at each end."""
    if re.search(r"[\[{]", date.date):
        return replace(date, note="; ".join(filter(None, (date.note, "circa"))))
    return replace(date, date="/".join(f"{end}~" if end not in ("", "..") else end for end in date.date.split("/")))


def _in_any_language(words: str, order: Order | None) -> OthersDate:
    """Translate and read words; notes and questions quote the original words."""
    bare = re.sub(r"(?<=\d\d\d)[.,;:]$", "", words)
    if match := _BRACKETS.fullmatch(bare):
        bare = (match["one"] or match["two"]).strip()
    english_words = english(bare) if _LETTER.search(bare) else bare
    try:
        if _NONE.fullmatch(english_words):
            raise DateUnread("gives no date", words)
        result = checked(_phrase(english_words, order), english_words)
    except DateUnread as error:
        raise (error if error.words in words else DateUnread(error.wrong, words)) from None
    result = _in_doubt(result, words)
    if english_words == words or not result.note:
        return result
    return replace(result, note=result.note.replace(as_note(english_words), as_note(words)))


def _in_doubt(result: OthersDate, words: str) -> OthersDate:
    """Ask about a day that programs write for a missing date."""
    if not _STAND_IN.fullmatch(result.date):
        return result
    return replace(result, questions=(*result.questions, Sentence(_ASKED_STAND_IN, words)))


def _phrase(words: str, order: Order | None) -> OthersDate:
    """Read words that are not EDTF: first the qualifiers, then the date itself."""
    if result := open_in_part(words):
        return result
    sign, bare = _qualified(words)
    if not sign:
        return _unqualified(words, order)
    inner = _unqualified(bare, order)
    if re.search(r"[\[{/]", inner.date):
        edtf = re.sub(r"(?<=[\dXZ])(?=[/,\]}]|\.\.|$)", sign, inner.date) if "," not in inner.date else inner.date
    else:
        edtf = inner.date + sign
    return OthersDate(edtf, _note(words, bare, inner), inner.zone, inner.questions)


def _qualified(words: str) -> tuple[str, str]:
    """Return the sign of an approximate or uncertain date, or both, and the words without it."""
    about, bare = _without(_ABOUT, words)
    doubt, bare = _without(_DOUBT, bare)
    more, bare = _without(_ABOUT, bare)
    return ("%" if doubt else "~") if about or more else "?" if doubt else "", bare


def _without(pattern: re.Pattern[str], words: str) -> tuple[bool, str]:
    bare = pattern.sub("", words).strip()
    return bare != words and bool(bare), bare or words


def _note(words: str, bare: str, inner: OthersDate) -> str:
    """Return a note with the words, and with the other notes on their inner part."""
    other_notes = (inner.note or "").replace(as_note(bare), "").strip("; ")
    return "; ".join(filter(None, (as_note(words), other_notes)))


def _unqualified(words: str, order: Order | None) -> OthersDate:
    calendar, bare = _without(_CALENDAR, words)
    if calendar:
        inner = _unqualified(bare, order)
        question = "the date is in the Julian calendar and kept as written. Give the Gregorian day if another is meant"
        return OthersDate(inner.date, as_note(words), inner.zone, (*inner.questions, question))
    if _SET_IN.match(words):
        return _phrase(_SET_IN.sub("", words), order)
    if between := _BETWEEN.match(words):
        first, last = ends(between["first"], between["last"], order)
        edtf = f"[{first.one}{first.time}..{last.one}{last.time}]"
        return OthersDate(edtf, as_note(words), first.zone or last.zone, (*first.questions, *last.questions))
    if onwards := _ONWARDS.fullmatch(words):
        return _sided("from", onwards["rest"], words, order)
    if side := _SIDE.match(words):
        if side["side"].lower() != "from" or not is_range(words[side.end() :]):
            return _sided(side["side"].lower().rstrip("."), words[side.end() :], words, order)
        words = words[side.end() :]
    return vague(words) or _week_of(words, order) or _partly(words, order) or _single_or_range(words, order)


def _week_of(words: str, order: Order | None) -> OthersDate | None:
    """Read a week by its first day, as some day of the seven."""
    if not (match := _WEEK_OF.fullmatch(words)):
        return None
    first = single(match["day"], order)
    if first.day is None or first.other is not None:
        raise DateUnread("does not name a day. Give the first and the last day of the week", words)
    number = dates.day_number(first.year, first.month or 1, first.day)
    question = Sentence("{} is taken as a day of the seven from {} on. Say if another week is meant", words, first.one)
    return OthersDate(f"[{first.one}..{_day(number + 6)}]", as_note(words), None, (*first.questions, question))


def _partly(words: str, order: Order | None) -> OthersDate | None:
    """Read forms such as "early June 2012" and "2 May 1999 (evening)", of which a part stays in the note."""
    match, rest = _MOSTLY.fullmatch(words), ""
    if match:
        rest = match["rest"]
    elif match := _TIME_OF_DAY.search(words):
        rest = words[: match.start()]
    if not match or not rest:
        return None
    inner = _phrase(rest, order)
    question = Sentence('"{}" is kept only in the note: the date covers the whole span', match["part"])
    return OthersDate(inner.date, _note(words, rest, inner), inner.zone, (question, *inner.questions))


def _single_or_range(words: str, order: Order | None) -> OthersDate:
    if re.fullmatch(r"\d{4}-(?:1[3-9]|[2-9]\d)", words):  # not a month, but the end of a range
        return short(words[:4], words[5:], words)
    if (years := re.fullmatch(r"(\d{4})/(\d{2})", words)) and int(years[2]) > int(years[1][2:]):
        return short(years[1], years[2], words)
    try:
        return of_day(single(words, order), words)
    except DateUnread:
        if result := several(words, order) or ranged(words, order, _qualified):
            return result
        raise


def _sided(side: str, rest: str, words: str, order: Order | None) -> OthersDate:
    """Read "before 1950" as some time up to 1949, "since 1950" as lasting from 1950 on."""
    inner = _phrase(rest, order)
    if re.search(r"[\[{/]", inner.date):
        raise DateUnread("is not understood as a date. Give the first and the last date", words)
    if side in ("since", "from"):
        edtf = f"{inner.date}/.."
    elif side in ("until", "till"):
        edtf = f"../{inner.date}"
    elif side in ("by", "not later than", "no later than"):
        edtf = f"[..{inner.date}]"
    elif side == "not before":
        edtf = f"[{inner.date}..]"
    else:
        step = 1 if side.startswith("aft") or side == ">" else -1
        next_one = _stepped(inner.date, step) or inner.date
        edtf = f"[{next_one}..]" if step == 1 else f"[..{next_one}]"
    return OthersDate(edtf, as_note(words), inner.zone, inner.questions)


def _stepped(date: str, step: int) -> str | None:
    """Return the year, month, day or time before or after; the day, for a decade or season; None for a qualified date."""
    if "T" in date:
        return _stepped_time(date, step)
    match = re.fullmatch(r"(-?\d{4})(?:-(\d\d))?(?:-(\d\d))?", date)
    if not match or (match[2] and int(match[2]) > 12):
        return _stepped_beyond(date, step) if re.fullmatch(r"-?[\dX-]+", date) else None
    if match[3]:
        try:
            return _day(dates.day_number(int(match[1]), int(match[2]), int(match[3])) + step)
        except (DateInvalid, ValueError):
            return None
    if match[2]:
        of_year, month = divmod(int(match[1]) * 12 + int(match[2]) - 1 + step, 12)
        return f"{year(of_year)}-{month + 1:02d}"
    return year(int(match[1]) + step)


def _stepped_time(date: str, step: int) -> str | None:
    """Return the hour, minute or second before or after."""
    match = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d(?::\d\d){0,2})(Z|[+-]\d\d:\d\d)?", date)
    if not match:
        return None
    parts = match[1].count(":")
    length = (timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))[parts]
    try:
        moment = datetime.fromisoformat(match[1] if parts else f"{match[1]}:00") + step * length
    except (ValueError, OverflowError):
        return None
    return moment.isoformat(timespec="seconds")[: len(match[1])] + (match[2] or "")


def _stepped_beyond(date: str, step: int) -> str | None:
    try:
        bounds = dates.parse(date)
        edge = bounds.earliest_day if step < 0 else bounds.latest_day
        return None if edge is None else _day(edge + step)
    except (DateInvalid, ValueError):
        return None


def _day(number: int) -> str:
    of_year, month, of_month = dates.civil(number)
    return f"{year(of_year)}-{month:02d}-{of_month:02d}"
