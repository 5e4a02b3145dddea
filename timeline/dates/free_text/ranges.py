"""Read dates with two ends: "12–15 March 1950", "1914–18", "1950 or 1951", and a first and a last date.

Owns the rule by which one end takes missing parts from the other. Must not read the qualifiers of a range ("circa", "before").
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from timeline import dates
from timeline.dates.free_text.days import NAME, DateUnread, Day, Order, month_of
from timeline.dates.free_text.result import OthersDate, as_note, checked, of_day
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
_SHOWN: Final = 60  # characters of an unreadable end
_UNKNOWN_END: Final = re.compile(r"\?+|unknown")
_TWO_CALENDARS: Final = range(10, 14)
"""The difference in days between the Julian and the Gregorian calendar, from 1582 to 2100."""


def lasting(start: OthersDate, end: Callable[[], OthersDate | None], end_words: object) -> OthersDate:
    """Join a start and the end that `end` reads, if there is one.

    If the end cannot be read, use the start alone, keep `end_words` in the note, and ask. Raises DateUnread if both are dates but
    do not make a range.
    """
    shown = " ".join(str(end_words).split())[:_SHOWN]
    try:
        last = end()
    except DateUnread as error:
        reason = str(error)
    else:
        if last is None:
            return start
        if not _is_unclear(last) or _is_unclear(start):
            return interval(start, last)
        reason = f"{last.date} is itself unclear"
    note = "; ".join(filter(None, (start.note, f'its end is written "{shown}"')))
    question = 'the end, "{}", cannot be used, so only the start is: {}. Say when it ended'
    return replace(start, note=note, questions=(*start.questions, Sentence(question, shown, reason.rstrip("."))))


def _is_unclear(date: OthersDate) -> bool:
    return date.date[:1] in "[{" or "/" in date.date


def interval(start: OthersDate, end: OthersDate) -> OthersDate:
    """Join a first and a last date. Times whose clocks cannot be compared stay in the note."""
    if start.date == end.date:
        return start
    notes = [note for note in dict.fromkeys((start.note, end.note)) if note]
    edtf, zone = f"{start.date}/{end.date}", start.zone or end.zone
    if "T" in edtf and not _one_clock(start, end):
        first, last = (re.sub(r"T.*", "", one.date) for one in (start, end))
        edtf, zone = (start.date, start.zone) if first == last else (f"{first}/{last}", None)
        notes.append(f"written {start.date} to {end.date}" + (f", in {start.zone}" if start.zone else ""))
    if _is_unclear(start) or _is_unclear(end):
        question = "{} to {}: an end is itself unclear. Give the first and the last date"
        raise DateUnread(Sentence(question, start.date, end.date))
    both = tuple(dict.fromkeys((*start.questions, *end.questions)))
    return checked(OthersDate(edtf, "; ".join(notes) or None, zone, both), f"{start.date} to {end.date}")


def _one_clock(start: OthersDate, end: OthersDate) -> bool:
    """Whether both have a shift or neither has, they have one zone, and their days are in order, each by its own clock."""
    shifts = {bool(shift) for one in (start, end) for shift in dates.shifts(one.date)}
    zones = {one.zone for one in (start, end) if "T" in one.date}
    return len(shifts) == 1 and len(zones) == 1 and start.date[:10] <= end.date[:10]


def is_range(words: str) -> bool:
    """Whether words have the sign of a range."""
    return bool(_SPLIT.search(words))


def several(words: str, order: Order | None) -> OthersDate | None:
    """Read "1950 or 1951", which means one of them, and "16, 17 and 18 May 2003", which means all."""
    original = words
    if inside := _SEVERAL_IN_MONTH.fullmatch(words):
        words = f"{inside['days']} {inside['name']} {inside['year']}"
    match = _SEVERAL.fullmatch(words)
    if not match or re.fullmatch(r"\d{1,2}", match["two"]):
        return None
    first, last = ends(match["one"], match["two"], order)
    before = [replace(first, day=int(day)) for day in re.findall(r"\d+", match["days"])]
    if (first.month is None, first.day is None) != (last.month is None, last.day is None) or (before and first.day is None):
        return None
    if first.month is not None and first.year == last.year and first.one > last.one:
        raise DateUnread("is not in the order of time. Give the year of each", original)
    listed = ",".join(sorted(day.one + day.time for day in (*before, first, last)))
    edtf = f"[{listed}]" if (match["sign"] or "").lower() == "or" else f"{{{listed}}}"
    return OthersDate(edtf, as_note(original), first.zone or last.zone, (*first.questions, *last.questions))


def ranged(words: str, order: Order | None, qualified: Callable[[str], tuple[str, str]]) -> OthersDate | None:
    """Read a range; None for other words. `qualified` returns the sign of an end, and its words without it.

    Raises DateUnread if both ends are dates but do not make a range.
    """
    original = words
    if inside := _IN_MONTH.fullmatch(words):
        words = f"{inside['one']} {inside['name']} – {inside['two']} {inside['name']} {inside['year']}"
    unclear: DateUnread | None = None
    for sign in _SPLIT.finditer(words):
        left, right = words[: sign.start()].strip(), words[sign.end() :].strip()
        if not left or re.fullmatch(r"\d{1,2}\s*/\s*\d{1,2}", words):
            continue
        try:
            return _two_sides(left, right, original, order, qualified)
        except _Unclear as error:
            unclear = unclear or error
        except DateUnread:
            continue
    if unclear:
        raise unclear
    return None


class _Unclear(DateUnread):
    """There are two dates, but it is unclear which ones."""


def short(left: str, right: str, words: str) -> OthersDate:
    """Read 1914–18: the end takes its century from the start."""
    last = f"{left[:2]}{right}"
    questions: tuple[str, ...] = ()
    if int(right) <= 12:
        questions = (Sentence("{} may be a range of years or a month: taken as {} to {}", words, left, last),)
    return OthersDate(f"{left}/{last}", as_note(words), None, questions)


def _two_sides(left: str, right: str, words: str, order: Order | None, qualified: Callable[[str], tuple[str, str]]) -> OthersDate:
    if re.fullmatch(r"\d{2}", right) and re.fullmatch(r"\d{4}", left):
        return short(left, right, words)
    if ONGOING.fullmatch(right):
        return OthersDate(f"{single(left, order).one}/..", as_note(words))
    if not right or _UNKNOWN_END.fullmatch(right):
        question = "{} does not say its end: taken as unknown. Say if it still lasts"
        return OthersDate(f"{single(left, order).one}/", as_note(words), None, (Sentence(question, words),))
    parts = [_PART_OF.match(one) for one in (left, right)]
    loose = [vague(one[part.end() :] if part else one) for one, part in zip((left, right), parts, strict=True)]
    if any(loose):
        in_words = '"{}" is kept only in the note: the date covers the whole span'
        left_out = [Sentence(in_words, part[0].strip(" -")) for part in parts if part]
        first, last = (one or of_day(single(side, order), side) for one, side in zip(loose, (left, right), strict=True))
        if _is_unclear(first) or _is_unclear(last):
            raise DateUnread("is not understood as a date. Give the first and the last date", words)
        return OthersDate(f"{first.date}/{last.date}", as_note(words), None, (*left_out, *first.questions, *last.questions))
    (one, left), (two, right) = qualified(left), qualified(right)
    start, end = ends(left, right, order)
    notes = "; ".join(dict.fromkeys((*start.notes, *end.notes)))
    begins, ends_at = f"{start.one}{start.time}{one}", f"{end.one}{end.time}{two}"
    edtf = start.edtf if start.one == end.one and end.time in ("", start.time) else f"{begins}/{ends_at}"
    questions = (*start.questions, *end.questions)
    if "/" in words and start.day and end.day and end.day - start.day in _TWO_CALENDARS and start.month == end.month:
        question = "{} may be one day in two calendars: taken as a range from one to the other. Say which is meant"
        questions = (*questions, Sentence(question, words))
    return OthersDate(edtf, "; ".join(filter(None, (as_note(words), notes))), start.zone or end.zone, questions)


def ends(left: str, right: str, order: Order | None) -> tuple[Day, Day]:
    """Read both ends; the first takes missing parts (month, year, era) from the last."""
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
