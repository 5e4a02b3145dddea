"""A date in words -> EDTF: what surrounds it ("circa", "before", "early", a question mark), and what is surrounded.

Owns the order in which forms are tried. Must not make anything exact that was not: what has no sign in EDTF is kept in words.
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
from timeline.dates.free_text.result import ASKED_MIDNIGHT, MIDNIGHT, OthersDate, checked, of_day, written
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
_ASKED_STAND_IN: Final = "{} is what programs write where there is no date. Say if it is one"
_ASKED_SEASON: Final = "{} is a season or part of the year in EDTF. Say if it is {} to {}"
_LETTER: Final = re.compile(r"[^\W\d_]")
_LONGEST: Final = 200


@lru_cache(maxsize=4096)
def read(text: str, order: Order | None = None) -> OthersDate:
    """Read a date as written; `order` is that of day and month in this file where both are numbers.

    Raises DateUnread, with the reason, where the words say no date, or one that there is not, such as 30 February.
    """
    words = " ".join(text.split())
    if not words or _NONE.fullmatch(words):
        raise DateUnread("says no date" if words else "there is no date", words)
    if len(words) > _LONGEST:
        raise DateUnread("is too long for a date", f"{words[:30]}…")
    if serial := re.fullmatch(r"(\d{5})\.\d+", words):
        return read(serial[1])  # refused, and told what it is
    if re.fullmatch(r"#[A-Z/0!?]+!?|#+", words):
        raise DateUnread("is what a spreadsheet shows in place of a value. Mend it there, and save it anew", words[:10])
    if _SLASHED_DAY.fullmatch(words) and (found := day(words, order)):  # as most tables have it: no need to try the other forms
        return _in_doubt(checked(of_day(found, words), words), words)
    season = re.fullmatch(r"(\d{4})-(2[1-9]|3\d|4[01])", words)
    try:
        dates.parse(words)
    except DateInvalid:
        return _in_any_language(words, order)
    asked: str | None = None
    if season:
        asked = Sentence(_ASKED_SEASON, words, season[1], season[1][:2] + season[2])
    if words == "0000":
        asked = "the year 0000 is 1 BC in EDTF. Say if it stands for no date"
    if _STAND_IN.fullmatch(words):
        asked = Sentence(_ASKED_STAND_IN, words)
    midnight = ASKED_MIDNIGHT if MIDNIGHT.search(words) else None
    return OthersDate(words, None, None, tuple(filter(None, (asked, midnight))))


def about(date: OthersDate) -> OthersDate:
    """Say that a date is approximate, each end of it."""
    if re.search(r"[\[{]", date.date):
        return replace(date, note="; ".join(filter(None, (date.note, "circa"))))
    return replace(date, date="/".join(f"{end}~" if end not in ("", "..") else end for end in date.date.split("/")))


def _in_any_language(words: str, order: Order | None) -> OthersDate:
    """Read words; what is quoted of them, in notes and questions, is as they were written."""
    bare = re.sub(r"(?<=\d\d\d)[.,;:]$", "", words)
    if found := _BRACKETS.fullmatch(bare):
        bare = (found["one"] or found["two"]).strip()
    meant = english(bare) if _LETTER.search(bare) else bare
    try:
        if _NONE.fullmatch(meant):
            raise DateUnread("says no date", words)
        found_date = checked(_phrase(meant, order), meant)
    except DateUnread as error:
        raise (error if error.words in words else DateUnread(error.wrong, words)) from None
    found_date = _in_doubt(found_date, words)
    if meant == words or not found_date.note:
        return found_date
    return replace(found_date, note=found_date.note.replace(written(meant), written(words)))


def _in_doubt(found: OthersDate, words: str) -> OthersDate:
    """Ask about a day that programs write where there is none."""
    if not _STAND_IN.fullmatch(found.date):
        return found
    return replace(found, questions=(*found.questions, Sentence(_ASKED_STAND_IN, words)))


def _phrase(words: str, order: Order | None) -> OthersDate:
    """Read words that are no EDTF: the surroundings first, then what they surround."""
    if found := open_in_part(words):
        return found
    sign, bare = _qualified(words)
    if not sign:
        return _plain(words, order)
    inner = _plain(bare, order)
    if re.search(r"[\[{/]", inner.date):
        made = re.sub(r"(?<=[\dXZ])(?=[/,\]}]|\.\.|$)", sign, inner.date) if "," not in inner.date else inner.date
    else:
        made = inner.date + sign
    return OthersDate(made, _note(words, bare, inner), inner.zone, inner.questions)


def _qualified(words: str) -> tuple[str, str]:
    """Tell the sign of a date that is approximate or uncertain or both, and what is left of its words."""
    about, bare = _without(_ABOUT, words)
    doubt, bare = _without(_DOUBT, bare)
    more, bare = _without(_ABOUT, bare)
    return ("%" if doubt else "~") if about or more else "?" if doubt else "", bare


def _without(pattern: re.Pattern[str], words: str) -> tuple[bool, str]:
    bare = pattern.sub("", words).strip()
    return bare != words and bool(bare), bare or words


def _note(words: str, bare: str, inner: OthersDate) -> str:
    """Keep the words, and what was noted of their inner part but those."""
    kept = (inner.note or "").replace(written(bare), "").strip("; ")
    return "; ".join(filter(None, (written(words), kept)))


def _plain(words: str, order: Order | None) -> OthersDate:
    calendar, bare = _without(_CALENDAR, words)
    if calendar:
        inner = _plain(bare, order)
        asked = "the date is of the Julian calendar and kept as written. Say its Gregorian day if another is meant"
        return OthersDate(inner.date, written(words), inner.zone, (*inner.questions, asked))
    if _SET_IN.match(words):
        return _phrase(_SET_IN.sub("", words), order)
    if between := _BETWEEN.match(words):
        first, last = ends(between["first"], between["last"], order)
        made = f"[{first.one}{first.time}..{last.one}{last.time}]"
        return OthersDate(made, written(words), first.zone or last.zone, (*first.questions, *last.questions))
    if onwards := _ONWARDS.fullmatch(words):
        return _sided("from", onwards["rest"], words, order)
    if side := _SIDE.match(words):
        if side["side"].lower() != "from" or not is_range(words[side.end() :]):
            return _sided(side["side"].lower().rstrip("."), words[side.end() :], words, order)
        words = words[side.end() :]
    return vague(words) or _week_of(words, order) or _partly(words, order) or _single_or_range(words, order)


def _week_of(words: str, order: Order | None) -> OthersDate | None:
    """Read a week by its first day, as some day of those seven."""
    if not (found := _WEEK_OF.fullmatch(words)):
        return None
    first = single(found["day"], order)
    if first.day is None or first.other is not None:
        raise DateUnread("does not name a day. Say the first and the last day of the week", words)
    number = dates.day_number(first.year, first.month or 1, first.day)
    asked = Sentence("{} is taken as a day of the seven from {} on. Say if another week is meant", words, first.one)
    return OthersDate(f"[{first.one}..{_day(number + 6)}]", written(words), None, (*first.questions, asked))


def _partly(words: str, order: Order | None) -> OthersDate | None:
    """Read "early June 2012" and "2 May 1999 (evening)", of which a part is kept in words alone."""
    found, rest = _MOSTLY.fullmatch(words), ""
    if found:
        rest = found["rest"]
    elif found := _TIME_OF_DAY.search(words):
        rest = words[: found.start()]
    if not found or not rest:
        return None
    inner = _phrase(rest, order)
    asked = Sentence('"{}" is kept in words alone: the date is the whole of it', found["part"])
    return OthersDate(inner.date, _note(words, rest, inner), inner.zone, (asked, *inner.questions))


def _single_or_range(words: str, order: Order | None) -> OthersDate:
    if re.fullmatch(r"\d{4}-(?:1[3-9]|[2-9]\d)", words):  # no month, but the end of a range
        return short(words[:4], words[5:], words)
    if (years := re.fullmatch(r"(\d{4})/(\d{2})", words)) and int(years[2]) > int(years[1][2:]):
        return short(years[1], years[2], words)
    try:
        return of_day(single(words, order), words)
    except DateUnread:
        if found := several(words, order) or ranged(words, order, _qualified):
            return found
        raise


def _sided(side: str, rest: str, words: str, order: Order | None) -> OthersDate:
    """Read "before 1950" as some time up to 1949, "since 1950" as what lasts from 1950 on."""
    inner = _phrase(rest, order)
    if re.search(r"[\[{/]", inner.date):
        raise DateUnread("is not understood as a date. Say first and last date", words)
    if side in ("since", "from"):
        made = f"{inner.date}/.."
    elif side in ("until", "till"):
        made = f"../{inner.date}"
    elif side in ("by", "not later than", "no later than"):
        made = f"[..{inner.date}]"
    elif side == "not before":
        made = f"[{inner.date}..]"
    else:
        step = 1 if side.startswith("aft") or side == ">" else -1
        next_one = _stepped(inner.date, step) or inner.date
        made = f"[{next_one}..]" if step == 1 else f"[..{next_one}]"
    return OthersDate(made, written(words), inner.zone, inner.questions)


def _stepped(date: str, step: int) -> str | None:
    """Give the year, month, day or time before or after, or of a decade or season the day; None where it is qualified."""
    if "T" in date:
        return _stepped_time(date, step)
    found = re.fullmatch(r"(-?\d{4})(?:-(\d\d))?(?:-(\d\d))?", date)
    if not found or (found[2] and int(found[2]) > 12):
        return _stepped_beyond(date, step) if re.fullmatch(r"-?[\dX-]+", date) else None
    if found[3]:
        try:
            return _day(dates.day_number(int(found[1]), int(found[2]), int(found[3])) + step)
        except (DateInvalid, ValueError):
            return None
    if found[2]:
        whole, month = divmod(int(found[1]) * 12 + int(found[2]) - 1 + step, 12)
        return f"{year(whole)}-{month + 1:02d}"
    return year(int(found[1]) + step)


def _stepped_time(date: str, step: int) -> str | None:
    """Give the hour, minute or second before or after."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d(?::\d\d){0,2})(Z|[+-]\d\d:\d\d)?", date)
    if not found:
        return None
    parts = found[1].count(":")
    length = (timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1))[parts]
    try:
        moment = datetime.fromisoformat(found[1] if parts else f"{found[1]}:00") + step * length
    except (ValueError, OverflowError):
        return None
    return moment.isoformat(timespec="seconds")[: len(found[1])] + (found[2] or "")


def _stepped_beyond(date: str, step: int) -> str | None:
    try:
        bounds = dates.parse(date)
        edge = bounds.earliest_day if step < 0 else bounds.latest_day
        return None if edge is None else _day(edge + step)
    except (DateInvalid, ValueError):
        return None


def _day(number: int) -> str:
    whole, month, of_month = dates.civil(number)
    return f"{year(whole)}-{month:02d}-{of_month:02d}"
