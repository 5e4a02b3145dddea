"""What has two ends: "12–15 March 1950", "1914–18", "1950 or 1951", and the first and the last date of what lasted.

Owns how an end borrows from the other what it does not say. Must not read what surrounds a range ("circa", "before").
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from timeline import dates
from timeline.dates.free_text.days import NAME, DateUnread, Day, Order, month_of
from timeline.dates.free_text.result import OthersDate, checked, of_day, written
from timeline.dates.free_text.times import single
from timeline.dates.free_text.vague import vague
from timeline.errors import Sentence

_SPLIT: Final = re.compile(
    r"\s*[–—]\s*|\s+-\s+|\s+(?:to|until|till|through|bis)\s+|(?<=\d)-(?=\d)|(?<=[a-z.])-(?=[a-z\d])|(?<=\d)-(?=present|ongoing|now|\?|$)"
    r"|\s*/\s*|(?<=\d)\.\.\.?(?=\d)",
    re.I,
)
_IN_MONTH: Final = re.compile(rf"{NAME}\s*(?P<one>\d{{1,2}})\s*[-–—]\s*(?P<two>\d{{1,2}}),?\s+(?P<year>\d{{3,4}}.*)", re.I)
_DAY: Final = r"\d{1,2}(?:st|nd|rd|th)?"
_SEVERAL: Final = re.compile(rf"(?P<days>(?:{_DAY}\s*,\s*)*)(?P<one>.+?)\s*(?:,?\s+(?P<sign>or|and)\s+|&\s*)(?P<two>.+)", re.I)
_SEVERAL_IN_MONTH: Final = re.compile(
    rf"{NAME}\s*(?P<days>{_DAY}(?:\s*,\s*{_DAY})*\s*(?:,?\s+(?:or|and)\s+|&\s*){_DAY}),?\s+(?P<year>\d{{3,4}})", re.I
)
ONGOING: Final = re.compile(r"(?:the\s+)?(?:present|ongoing|now|today|date|continuing)", re.I)
_PART_OF: Final = re.compile(r"(?:the\s+)?(?:early|mid|middle|late)[\s-]+", re.I)
_SHOWN: Final = 60  # characters of an end that cannot be read
_UNTOLD: Final = re.compile(r"\?+|unknown")
_TWO_CALENDARS: Final = range(10, 14)
"""The days by which the Julian and the Gregorian calendar differ, from 1582 to 2100."""


def lasting(start: OthersDate, end: Callable[[], OthersDate | None], told: object) -> OthersDate:
    """Join a beginning and an end that `end` reads, if there is one. An end that cannot be read is asked about, its words are kept.

    `told` is what the file says of the end. The beginning alone is taken then: no end is made up. Raises DateUnread where both
    are dates and yet no range can be made of them.
    """
    shown = " ".join(str(told).split())[:_SHOWN]
    try:
        last = end()
    except DateUnread as error:
        why = str(error)
    else:
        if last is None:
            return start
        if not _is_unclear(last) or _is_unclear(start):
            return interval(start, last)
        why = f"{last.date} is itself unclear"
    note = "; ".join(filter(None, (start.note, f'its end is written "{shown}"')))
    asked = 'the end, "{}", cannot be taken over, and the beginning alone is: {}. Say when it ended'
    return replace(start, note=note, questions=(*start.questions, Sentence(asked, shown, why.rstrip("."))))


def _is_unclear(date: OthersDate) -> bool:
    return date.date[:1] in "[{" or "/" in date.date


def interval(start: OthersDate, end: OthersDate) -> OthersDate:
    """Join the first and the last date of what lasted. Times whose clocks cannot be compared are kept in words."""
    if start.date == end.date:
        return start
    notes = [note for note in dict.fromkeys((start.note, end.note)) if note]
    made, zone = f"{start.date}/{end.date}", start.zone or end.zone
    if "T" in made and not _one_clock(start, end):
        first, last = (re.sub(r"T.*", "", one.date) for one in (start, end))
        made, zone = (start.date, start.zone) if first == last else (f"{first}/{last}", None)
        notes.append(f"told as {start.date} to {end.date}" + (f", in {start.zone}" if start.zone else ""))
    if _is_unclear(start) or _is_unclear(end):
        asked = "{} to {}: an end of it is itself unclear. Say first and last date"
        raise DateUnread(Sentence(asked, start.date, end.date))
    both = tuple(dict.fromkeys((*start.questions, *end.questions)))
    return checked(OthersDate(made, "; ".join(notes) or None, zone, both), f"{start.date} to {end.date}")


def _one_clock(start: OthersDate, end: OthersDate) -> bool:
    """Whether both have a shift from UTC or neither has, and one zone; and the days are in their order, each by its own clock."""
    shifts = {bool(shift) for one in (start, end) for shift in dates.shifts(one.date)}
    zones = {one.zone for one in (start, end) if "T" in one.date}
    return len(shifts) == 1 and len(zones) == 1 and start.date[:10] <= end.date[:10]


def is_range(words: str) -> bool:
    """Whether there is a sign of a range."""
    return bool(_SPLIT.search(words))


def several(words: str, order: Order | None) -> OthersDate | None:
    """Read "1950 or 1951", of which one is meant, and "16, 17 and 18 May 2003", of which all are."""
    told = words
    if inside := _SEVERAL_IN_MONTH.fullmatch(words):
        words = f"{inside['days']} {inside['name']} {inside['year']}"
    found = _SEVERAL.fullmatch(words)
    if not found or re.fullmatch(r"\d{1,2}", found["two"]):
        return None
    first, last = ends(found["one"], found["two"], order)
    before = [replace(first, day=int(day)) for day in re.findall(r"\d+", found["days"])]
    if (first.month is None, first.day is None) != (last.month is None, last.day is None) or (before and first.day is None):
        return None
    if first.month is not None and first.year == last.year and first.one > last.one:
        raise DateUnread("is not in the order of time. Say the year of each", told)
    listed = ",".join(sorted(day.one + day.time for day in (*before, first, last)))
    made = f"[{listed}]" if (found["sign"] or "").lower() == "or" else f"{{{listed}}}"
    return OthersDate(made, written(told), first.zone or last.zone, (*first.questions, *last.questions))


def ranged(words: str, order: Order | None, qualified: Callable[[str], tuple[str, str]]) -> OthersDate | None:
    """Read a range; None where it is none. `qualified` tells the sign of an end and what is left of it.

    Raises DateUnread where both ends are dates, and yet no range can be made of them.
    """
    told = words
    if inside := _IN_MONTH.fullmatch(words):
        words = f"{inside['one']} {inside['name']} – {inside['two']} {inside['name']} {inside['year']}"
    unclear: DateUnread | None = None
    for sign in _SPLIT.finditer(words):
        left, right = words[: sign.start()].strip(), words[sign.end() :].strip()
        if not left or re.fullmatch(r"\d{1,2}\s*/\s*\d{1,2}", words):
            continue
        try:
            return _two(left, right, told, order, qualified)
        except _Unclear as error:
            unclear = unclear or error
        except DateUnread:
            continue
    if unclear:
        raise unclear
    return None


class _Unclear(DateUnread):
    """Two dates, but not which ones."""


def short(left: str, right: str, words: str) -> OthersDate:
    """Read 1914–18: the end borrows its century."""
    last = f"{left[:2]}{right}"
    questions: tuple[str, ...] = ()
    if int(right) <= 12:
        questions = (Sentence("{} may be a range of years or a month: taken as {} to {}", words, left, last),)
    return OthersDate(f"{left}/{last}", written(words), None, questions)


def _two(left: str, right: str, words: str, order: Order | None, qualified: Callable[[str], tuple[str, str]]) -> OthersDate:
    if re.fullmatch(r"\d{2}", right) and re.fullmatch(r"\d{4}", left):
        return short(left, right, words)
    if ONGOING.fullmatch(right):
        return OthersDate(f"{single(left, order).one}/..", written(words))
    if not right or _UNTOLD.fullmatch(right):
        asked = "{} does not say its end: taken as not known. Say if it still lasts"
        return OthersDate(f"{single(left, order).one}/", written(words), None, (Sentence(asked, words),))
    parts = [_PART_OF.match(one) for one in (left, right)]
    loose = [vague(one[part.end() :] if part else one) for one, part in zip((left, right), parts, strict=True)]
    if any(loose):
        in_words = '"{}" is kept in words alone: the date is the whole of it'
        kept = [Sentence(in_words, part[0].strip(" -")) for part in parts if part]
        first, last = (one or of_day(single(told, order), told) for one, told in zip(loose, (left, right), strict=True))
        if _is_unclear(first) or _is_unclear(last):
            raise DateUnread("is not understood as a date. Say first and last date", words)
        return OthersDate(f"{first.date}/{last.date}", written(words), None, (*kept, *first.questions, *last.questions))
    (one, left), (two, right) = qualified(left), qualified(right)
    start, end = ends(left, right, order)
    notes = "; ".join(dict.fromkeys((*start.notes, *end.notes)))
    begins, ends_at = f"{start.one}{start.time}{one}", f"{end.one}{end.time}{two}"
    made = start.edtf if start.one == end.one and end.time in ("", start.time) else f"{begins}/{ends_at}"
    questions = (*start.questions, *end.questions)
    if "/" in words and start.day and end.day and end.day - start.day in _TWO_CALENDARS and start.month == end.month:
        asked = "{} may be one day in two calendars: taken as from the one to the other. Say which is meant"
        questions = (*questions, Sentence(asked, words))
    return OthersDate(made, "; ".join(filter(None, (written(words), notes))), start.zone or end.zone, questions)


def ends(left: str, right: str, order: Order | None) -> tuple[Day, Day]:
    """Read both ends; the first borrows month, year and era of the last."""
    end = single(right, order)
    name = re.fullmatch(
        rf"(?:(?P<d1>\d{{1,2}})\.?\s*)?{NAME}(?:\s*(?P<d2>\d{{1,2}}))?", re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", left), re.I
    )
    if name and re.fullmatch(r"\d{1,2}", right):  # "March 12-15"
        raise _Unclear(f'"{left} to {right}" names no year. Add it')
    if name and not (name["d1"] and name["d2"]):
        day = name["d1"] or name["d2"]
        start = Day(end.year, month_of(name["name"]), int(day) if day else None)
    elif end.day is not None and (lone := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th|\.)?", left)):
        start = Day(end.year, end.month, int(lone[1]))
    elif end.day is not None and (part := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.", left)):
        start = Day(end.year, int(part[2]), int(part[1]))
    elif end.before and re.fullmatch(r"\d{1,4}", left):
        start = Day(1 - int(left))
    else:
        start = single(left, order)
        if re.fullmatch(r"\d{1,2}", left) and not start.before:
            start = replace(start, questions=start.questions if not re.search(r"\d{1,2}$", right) or end.year > 99 else ())
    if unclear := next((one for one, day in ((right, end), (left, start)) if day.other is not None), None):
        raise _Unclear("may be two days. Say in which order day and month are written", unclear)
    return start, end
