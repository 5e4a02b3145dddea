"""Dates as others write them -> EDTF as vague as they are, with what was asked and what the words were.

Owns ranges, "circa", "before", decades, centuries and seasons. Single dates are others_days'. Must not read files, nor make
anything exact that was not: a year alone stays a year.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from timeline import dates
from timeline.errors import DateInvalid
from timeline.exchange.reading import others_days
from timeline.exchange.reading.others_days import NAME, DateUnread, Day, Order, single, with_time, year
from timeline.exchange.reading.row import Row

__all__ = ["DateUnread", "Order", "OthersDate", "ask_first_days", "interval", "is_first_day", "of_parts", "order_of", "read"]


@dataclass(frozen=True, slots=True)
class OthersDate:
    """A date as it was understood. `note` is for `date_note`: the words, where the date cannot show them; `zone` an IANA name."""

    date: str
    note: str | None = None
    zone: str | None = None
    questions: tuple[str, ...] = ()


_NONE: Final = re.compile(
    r"(?:(?:date\s+)?(?:unknown|uncertain|not known|missing|unspecified)(?:\s+date)?"
    r"|undated|no date|n\.?\s?d\.?|s\.?\s?d\.?|o\.\s?j\.?"
    r"|n/?a|none|null|nil|nan|tb[acd]|various|[?.\-–—_*]+)\.?",
    re.I,
)
_ABOUT: Final = re.compile(
    r"^(?:(?:circa|ca|c|approx|approximately|about|around|abt|um|vers)\b\.?|~|≈|∼)\s*|\s*(?:\((?:circa|ca\.?|c\.|approx\.?)\)|\bca\.|~)$",
    re.I,
)
_DOUBT: Final = re.compile(
    r"^(?:probably|possibly|perhaps|maybe|likely)\s+|\s*(?:\(\?\)|\?|\((?:probably|possibly|uncertain)\))$", re.I
)
_CALENDAR: Final = re.compile(r",?\s*\(?\b(?:o\.s\.|old style|julian(?: calendar)?)\)?$", re.I)
_MOSTLY: Final = re.compile(
    r"^(?:the\s+)?(?:(?P<part>early|mid|middle|late|beginning|start|end)[\s-]+(?:of\s+|in\s+)?(?:the\s+)?)?(?P<rest>.*)$", re.I
)
_DECADE: Final = re.compile(r"(?P<decade>\d{2,3})0['’]?s", re.I)
_CENTURY: Final = re.compile(
    r"(?P<number>\d{1,2})(?:st|nd|rd|th)\s*(?:century|cent\.?|c\.)(?:\s*(?P<era>b\.?c\.?(?:e\.?)?|a\.?d\.?|c\.?e\.?))?", re.I
)
_SEASON: Final = re.compile(r"(?P<season>spring|summer|autumn|fall|winter)(?:\s+of)?,?\s+(?P<year>\d{4})", re.I)
_QUARTER: Final = re.compile(r"(?:q(?P<one>[1-4])[\s,/-]*(?P<y1>\d{4})|(?P<y2>\d{4})[\s,/-]*q(?P<two>[1-4]))", re.I)
_SEASONS: Final = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}
_SIDE: Final = re.compile(
    r"^(?P<side>before|prior to|not later than|no later than|after|not before|since|from|until|till|by|bef\.?|aft\.?)\s+", re.I
)
_BETWEEN: Final = re.compile(r"^between\s+(?P<first>.+?)\s+and\s+(?P<last>.+)$", re.I)
_SPLIT: Final = re.compile(
    r"\s*[–—]\s*|\s+-\s+|\s+(?:to|until|till|through|bis)\s+|(?<=\d)-(?=\d)|(?<=[a-z.])-(?=[a-z\d])|\s*/\s*|(?<=\d)\.\.\.?(?=\d)",
    re.I,
)
_IN_MONTH: Final = re.compile(rf"{NAME}\s*(?P<one>\d{{1,2}})\s*[-–—]\s*(?P<two>\d{{1,2}}),?\s+(?P<year>\d{{3,4}}.*)", re.I)
_LONGEST: Final = 200


@lru_cache(maxsize=4096)
def read(text: str, order: Order | None = None) -> OthersDate:
    """Read a date as written; `order` is that of day and month in this file where both are numbers.

    Raises DateUnread, with the reason, where the words say no date, or one that there is not, such as 30 February.
    """
    words = " ".join(text.split())
    if not words or _NONE.fullmatch(words):
        raise DateUnread(f'"{words}" says no date' if words else "there is no date")
    if len(words) > _LONGEST:
        raise DateUnread(f'"{words[:30]}…" is too long for a date')
    season = re.fullmatch(r"(\d{4})-(2[1-9]|3\d|4[01])", words)
    try:
        dates.parse(words)
    except DateInvalid:
        return _checked(_phrase(words, order), words)
    asked = (
        f"{words} is a season or part of the year in EDTF. Say if it is {season[1]} to {season[1][:2]}{season[2]}"
        if season
        else None
    )
    if words == "0000":
        asked = "the year 0000 is 1 BC in EDTF. Say if it stands for no date"
    return OthersDate(words, None, None, (asked,) if asked else ())


def of_parts(
    year: object, month: object = None, day: object = None, hour: object = None, minute: object = None, second: object = None
) -> OthersDate:
    """Read a date told in parts, each a number or its digits, as TimelineJS has it. A negative year is BC: -44 is 44 BC."""
    parts = [_part(part) for part in (year, month, day, hour, minute, second)]
    if parts[0] is None:
        raise DateUnread("there is no year" if any(parts) else "there is no date")
    if not any(parts[1:]) and not re.fullmatch(r"-?\d{1,11}", parts[0]):
        return read(parts[0])
    told = "-".join(part for part in parts[:3] if part)
    month_number = others_days.MONTHS.get((parts[1] or "").lower().rstrip("."), None)
    if not re.fullmatch(r"-?\d{1,11}", parts[0]) or not all(re.fullmatch(r"\d{1,2}", one) for one in parts[2:] if one):
        raise DateUnread(f'"{told}" is not a date in numbers. Correct its parts')
    if parts[1] and month_number is None and not re.fullmatch(r"\d{1,2}", parts[1]):
        raise DateUnread(f'"{parts[1]}" is not a month. Write 1 to 12')
    number = int(parts[0])
    questions: tuple[str, ...] = ()
    if 0 <= number < 100:
        questions = (f"{number} is a year of two digits: taken as AD {number}. Say if its century is missing",)
    if number == 0:
        raise DateUnread('"0" is no year: 1 BC is followed by AD 1. Write the year')
    if parts[2] and not parts[1]:
        raise DateUnread(f'"{told}" has a day and no month. Add the month')
    found = Day(
        number + 1 if number < 0 else number,
        month_number or (int(parts[1]) if parts[1] else None),
        int(parts[2]) if parts[2] else None,
        questions=questions,
        plain=number > 0 and not questions,
    )
    if parts[3] and parts[2]:
        found = with_time(found, parts[3], parts[4] and f"{int(parts[4]):02d}", parts[5] and f"{int(parts[5]):02d}")
    elif parts[3]:
        raise DateUnread(f'"{told}" has a time and no day. Add the day')
    return _checked(_of_day(found, ""), told if number > 0 else f"{-number} BC" + told.removeprefix(parts[0]))


def of_time(year: object, month: object, day: object, time: str) -> OthersDate:
    """Read a date told in parts with its time of day as words: "14:30", "2:30 PM"."""
    whole = of_parts(year, month, day)
    try:
        timed = read(f"2000-01-01 {time}")
    except DateUnread:
        return replace(whole, note="; ".join(filter(None, (whole.note, f"the time of day is told as {time}"))))
    note = "; ".join(filter(None, (whole.note, timed.note)))
    return replace(
        whole,
        date=whole.date + timed.date[10:],
        note=note or None,
        zone=timed.zone,
        questions=(*whole.questions, *timed.questions),
    )


def about(date: OthersDate) -> OthersDate:
    """Say that a date is approximate, each end of it."""
    if re.search(r"[\[{T]", date.date):
        return replace(date, note="; ".join(filter(None, (date.note, "circa"))))
    return replace(date, date="/".join(f"{end}~" if end not in ("", "..") else end for end in date.date.split("/")))


def interval(start: OthersDate, end: OthersDate) -> OthersDate:
    """Join the first and the last date of what lasted. Times of day are kept in words: EDTF has none in intervals."""
    first, last = (re.sub(r"T.*", "", one.date) for one in (start, end))
    times = [one.date for one in (start, end) if "T" in one.date]
    if start.date == end.date:
        return start
    notes = [note for note in dict.fromkeys((start.note, end.note)) if note]
    zone = None
    if first == last:
        made, zone = start.date, start.zone
        if times:
            notes.append(f"until {end.date.partition('T')[2]}" if "T" in end.date else "the end is told as the day")
    else:
        made = f"{first}/{last}"
        if times:
            notes.append(f"told as {start.date} to {end.date}" + (f", in {start.zone}" if start.zone else ""))
    if any(one.date[:1] in "[{" or "/" in one.date for one in (start, end)):
        raise DateUnread(f"{start.date} to {end.date}: an end of it is itself unclear. Say first and last date")
    both = tuple(dict.fromkeys((*start.questions, *end.questions)))
    return _checked(OthersDate(made, "; ".join(notes) or None, zone, both), f"{start.date} to {end.date}")


def order_of(texts: Iterable[str]) -> Order | None:
    """Tell in which order a column writes day and month, by those of its dates that can be read in one way only."""
    seen = set[Order]()
    for text in texts:
        found = re.match(r"\s*(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}\b", text)
        if found and int(found[1]) <= 31 and int(found[2]) <= 31 and (int(found[1]) > 12) != (int(found[2]) > 12):
            seen.add("dmy" if int(found[1]) > 12 else "mdy")
    return seen.pop() if len(seen) == 1 else None


def is_first_day(date: str) -> bool:
    """Whether a date is a 1 January, which in many a file stands for the year alone."""
    return bool(re.fullmatch(r"-?\d{4}-01-01(?:T00:00:00.*)?", date))


def ask_first_days(rows: Sequence[Row]) -> list[Row]:
    """Ask about each 1 January where they are far more than one day's share of the days (more than one in ten)."""
    days = [row for row in rows if re.match(r"-?\d{4}-\d\d-\d\d", str(row.fields.get("date", "")))]
    first = {id(row) for row in days if is_first_day(row.fields["date"])}
    if not first or len(first) * 10 <= len(days):
        return list(rows)
    asked = ("date", "1 January may stand for the year alone: look, and write the year if it does")
    return [replace(row, questions=(*row.questions, asked)) if id(row) in first else row for row in rows]


def _part(value: object) -> str | None:
    if value is None or isinstance(value, bool | dict | list):
        return None
    text = str(value).strip()
    return re.sub(r"\.0+$", "", text) or None


def _phrase(words: str, order: Order | None) -> OthersDate:
    """Read words that are no EDTF: the surroundings first, then what they surround."""
    about, bare = _without(_ABOUT, words)
    doubt, bare = _without(_DOUBT, bare)
    more, bare = _without(_ABOUT, bare)
    about = about or more
    if not (about or doubt):
        return _plain(words, order)
    inner = _plain(bare, order)
    sign = "%" if about and doubt else "~" if about else "?"
    if re.search(r"[\[{/]", inner.date):
        made = re.sub(r"(?<=[\dX])(?=[/,\]}]|\.\.|$)", sign, inner.date) if "," not in inner.date else inner.date
    else:
        made = re.sub(r"T.*", "", inner.date) + sign
    return OthersDate(made, _written(words), None, inner.questions)


def _without(pattern: re.Pattern[str], words: str) -> tuple[bool, str]:
    bare = pattern.sub("", words).strip()
    return bare != words and bool(bare), bare or words


def _plain(words: str, order: Order | None) -> OthersDate:
    calendar, bare = _without(_CALENDAR, words)
    if calendar:
        inner = _plain(bare, order)
        asked = "the date is of the Julian calendar and kept as written. Say its Gregorian day if another is meant"
        return OthersDate(inner.date, _written(words), inner.zone, (*inner.questions, asked))
    if between := _BETWEEN.match(words):
        first, last = _range_ends(between["first"], between["last"], order)
        return OthersDate(f"[{first.one}..{last.one}]", _written(words), None, (*first.questions, *last.questions))
    if side := _SIDE.match(words):
        if side["side"].lower() != "from" or not _SPLIT.search(words[side.end() :]):
            return _sided(side["side"].lower().rstrip("."), words[side.end() :], words, order)
        words = words[side.end() :]
    loose = _loose(words)
    if loose is None and re.fullmatch(r"\d{4}-(?:1[3-9]|[2-9]\d)", words):  # no month, but the end of a range
        loose = _short(words[:4], words[5:], words)
    return loose or _single_or_range(words, order)


def _single_or_range(words: str, order: Order | None) -> OthersDate:
    try:
        return _of_day(single(words, order), words)
    except DateUnread:
        if ranged := _range(words, order):
            return ranged
        raise


def _loose(words: str) -> OthersDate | None:
    """Read decades, centuries, seasons and quarters."""
    mostly = _MOSTLY.match(words)
    rest, part = (mostly["rest"], mostly["part"]) if mostly else (words, None)
    questions = [f'"{part}" is kept in words alone: the date is the whole of it'] if part else []
    made = ""
    if decade := _DECADE.fullmatch(rest):
        digits = decade["decade"]
        if len(digits) == 3 and digits.endswith("0"):
            made = f"{digits[:2]}XX"
            questions.append(f"{rest} is a century or a decade: taken as the century. Say if the decade is meant")
        elif len(digits) == 3:
            made = f"{digits}X"
        else:
            made = f"0{digits}X"
    elif century := _CENTURY.fullmatch(rest):
        number, before = int(century["number"]), (century["era"] or "").lower().startswith("b")
        if number == 0:
            raise DateUnread(f'"{words}" is no century: the first is the 1st. Correct it')
        made = ("[-0099..0000]" if before else "[0001..0100]") if number == 1 else f"{'-' if before else ''}{number - 1:02d}XX"
    elif season := _SEASON.fullmatch(rest):
        made = f"{season['year']}-{_SEASONS[season['season'].lower()]}"
        if season["season"].lower() == "winter":
            questions.append("a winter has two years. Say if the one before is meant")
    elif quarter := _QUARTER.fullmatch(rest):
        made = f"{quarter['y1'] or quarter['y2']}-{32 + int(quarter['one'] or quarter['two'])}"
    elif part:
        inner = single(rest)
        made, questions = inner.one, [*inner.questions, *questions]
    return OthersDate(made, _written(words), None, tuple(questions)) if made else None


def _sided(side: str, rest: str, words: str, order: Order | None) -> OthersDate:
    """Read "before 1950" as some time up to 1949, "since 1950" as what lasts from 1950 on."""
    inner = _phrase(rest, order)
    if re.search(r"[\[{/T]", inner.date):
        raise DateUnread(f'"{words}" is not understood as a date. Say first and last date')
    if side in ("since", "from"):
        made = f"{inner.date}/.."
    elif side in ("until", "till"):
        made = f"../{inner.date}"
    elif side in ("by", "not later than", "no later than"):
        made = f"[..{inner.date}]"
    elif side == "not before":
        made = f"[{inner.date}..]"
    else:
        step = 1 if side.startswith("aft") else -1
        next_one = _stepped(inner.date, step) or inner.date
        made = f"[{next_one}..]" if step == 1 else f"[..{next_one}]"
    return OthersDate(made, _written(words), None, inner.questions)


def _stepped(date: str, step: int) -> str | None:
    """Give the year, month or day before or after; None where it is qualified or a mask."""
    found = re.fullmatch(r"(-?\d{4})(?:-(\d\d))?(?:-(\d\d))?", date)
    if not found or (found[2] and int(found[2]) > 12):
        return None
    if found[3]:
        try:
            day = dates.civil(dates.day_number(int(found[1]), int(found[2]), int(found[3])) + step)
        except (DateInvalid, ValueError):
            return None
        return f"{year(day[0])}-{day[1]:02d}-{day[2]:02d}"
    if found[2]:
        whole, month = divmod(int(found[1]) * 12 + int(found[2]) - 1 + step, 12)
        return f"{year(whole)}-{month + 1:02d}"
    return year(int(found[1]) + step)


def _range(words: str, order: Order | None) -> OthersDate | None:
    """Read "12–15 March 1950", "1914–18" and whatever else has two ends."""
    told = words
    if inside := _IN_MONTH.fullmatch(words):
        words = f"{inside['one']} {inside['name']} – {inside['two']} {inside['name']} {inside['year']}"
    for sign in _SPLIT.finditer(words):
        left, right = words[: sign.start()].strip(), words[sign.end() :].strip()
        if not left or not right or re.fullmatch(r"\d{1,2}\s*/\s*\d{1,2}", words):
            continue
        short = re.fullmatch(r"\d{2}", right) and re.fullmatch(r"\d{4}", left)
        try:
            return _short(left, right, told) if short else _two(left, right, told, order)
        except DateUnread:
            continue
    return None


def _short(left: str, right: str, words: str) -> OthersDate:
    """Read 1914–18: the end borrows its century."""
    last = f"{left[:2]}{right}"
    questions: tuple[str, ...] = ()
    if int(right) <= 12:
        questions = (f"{words} may be a range of years or a month: taken as {left} to {last}",)
    return OthersDate(f"{left}/{last}", _written(words), None, questions)


def _two(left: str, right: str, words: str, order: Order | None) -> OthersDate:
    loose = [_loose(one) for one in (left, right)]
    if all(loose):
        first, last = (one for one in loose if one)
        if "[" in first.date + last.date:
            raise DateUnread(f'"{words}" is not understood as a date. Say first and last date')
        return OthersDate(f"{first.date}/{last.date}", _written(words), None, (*first.questions, *last.questions))
    about = ["", ""]
    for at, one in enumerate((left, right)):
        qualified, bare = _without(_ABOUT, one)
        doubtful, bare = _without(_DOUBT, bare)
        about[at] = "%" if qualified and doubtful else "~" if qualified else "?" if doubtful else ""
        left, right = (bare, right) if at == 0 else (left, bare)
    start, end = _range_ends(left, right, order)
    notes = "; ".join(dict.fromkeys((*start.notes, *end.notes)))
    made = start.edtf if (start.one, "") == (end.one, end.time and "") else f"{start.one}{about[0]}/{end.one}{about[1]}"
    return OthersDate(made, "; ".join(filter(None, (_written(words), notes))), None, (*start.questions, *end.questions))


def _range_ends(left: str, right: str, order: Order | None) -> tuple[Day, Day]:
    """Read both ends; the first borrows month, year and era of the last."""
    end = single(right, order)
    if end.other is not None:
        raise DateUnread(f'"{right}" may be two days. Say in which order day and month are written')
    name = re.fullmatch(
        rf"(?:(?P<d1>\d{{1,2}})\.?\s*)?{NAME}(?:\s*(?P<d2>\d{{1,2}}))?", re.sub(r"(?<=\d)(?:st|nd|rd|th)\b", "", left), re.I
    )
    if name and not (name["d1"] and name["d2"]):
        day = name["d1"] or name["d2"]
        start = Day(end.year, others_days.MONTHS[name["name"].lower()], int(day) if day else None)
    elif end.day is not None and (lone := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th|\.)?", left)):
        start = Day(end.year, end.month, int(lone[1]))
    elif end.before and re.fullmatch(r"\d{1,4}", left):
        start = Day(1 - int(left))
    else:
        start = single(left, order)
        if re.fullmatch(r"\d{1,2}", left) and not start.before:
            start = replace(start, questions=start.questions if not re.search(r"\d{1,2}$", right) or end.year > 99 else ())
    if start.other is not None:
        raise DateUnread(f'"{left}" may be two days. Say in which order day and month are written')
    return start, end


def _of_day(day: Day, words: str) -> OthersDate:
    notes = [_written(words)] if not day.plain and words else []
    return OthersDate(day.edtf, "; ".join((*notes, *day.notes)) or None, day.zone, day.questions)


def _checked(found: OthersDate, words: str) -> OthersDate:
    """Refuse what is no date after all: 30 February, or an end before its start."""
    try:
        dates.parse(found.date)
    except DateInvalid as error:
        raise DateUnread(f'"{words}" is no date that can be: {str(error).removeprefix("date ")}') from None
    if not found.note and found.date.startswith("-"):
        return replace(found, note=_written(words))
    return found


def _written(words: str) -> str:
    return f'written "{words}"'
