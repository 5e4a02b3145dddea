"""Read vague forms: decades, centuries, seasons, quarters, halves, weeks, and dates with an open digit or part.

Owns those forms. Must not read ranges, nor make a date more exact than its words.
"""

import re
from datetime import date
from typing import Final

from timeline.dates.free_text.days import DateUnread
from timeline.dates.free_text.result import OthersDate, as_note
from timeline.errors import Sentence

_DECADE: Final = re.compile(r"(?:the\s+)?(?P<decade>\d{2,3})0['’]?s", re.I)
_CENTURY: Final = re.compile(
    r"(?:the\s+)?(?P<number>\d{1,2})(?:(?:st|nd|rd|th)\s*(?:century|cent\.?|c\.?)|c\.?)(?:\s*(?P<era>b\.?c\.?(?:e\.?)?|a\.?d\.?|c\.?e\.?))?",
    re.I,
)
_SEASON: Final = re.compile(
    r"(?:the\s+)?(?P<season>spring|summer|autumn|fall|winter)(?:\s+of)?,?\s+(?P<year>\d{4})(?:\s*[-–/]\s*(?P<next>\d{2}|\d{4}))?",
    re.I,
)
_PART: Final = re.compile(
    r"(?:(?P<sign1>[qh])(?P<one>[1-4])[\s,/-]*(?P<y1>\d{4})|(?P<y2>\d{4})[\s,/-]*(?P<sign2>[qh])(?P<two>[1-4])"
    r"|(?:the\s+)?(?P<half>first|second)\s+half\s+of\s+(?P<y3>\d{4}))",
    re.I,
)
_ISO_WEEK: Final = re.compile(r"(?P<year>\d{4})-?W(?P<week>\d\d)(?:-?(?P<day>[1-7]))?", re.I)
_WEEK: Final = re.compile(
    r"(?:(?:calendar\s+)?week|wk|cw|kw|semaine|semana|settimana)\.?\s*(?P<week>\d{1,2})[\s,/]+(?:(?:of|de|del|di)\s+)?(?P<year>\d{4})"
    r"|(?P<week2>\d{1,2})\.\s*kw[\s,/]*(?P<year2>\d{4})|w(?P<week3>\d\d)[\s,/-]*(?P<year3>\d{4})",
    re.I,
)
_SEASONS: Final = {"spring": 21, "summer": 22, "autumn": 23, "fall": 23, "winter": 24}
_OPEN_YEAR: Final = re.compile(r"(?P<known>\d{3})[?_*xX–-]|(?P<less>\d{2})[?_*xX–-]{2}")
_UNKNOWN: Final = r"(?:00?|[xX?_]{1,2}|--)"
_OPEN_PARTS: Final = (
    re.compile(rf"(?P<year>\d{{4}})(?P<sign>[/.-])(?:{_UNKNOWN}(?P=sign){_UNKNOWN}|00|xx|XX)"),
    re.compile(rf"(?P<year>\d{{4}})(?P<sign>[/.-])(?P<month>\d\d?)(?P=sign){_UNKNOWN}"),
    re.compile(rf"(?:{_UNKNOWN}(?P<sign>[/.-]){_UNKNOWN}|00|xx|XX)[/.-](?P<year>\d{{4}})"),
    re.compile(rf"{_UNKNOWN}(?P<sign>[/.-])(?P<month>\d\d?)(?P=sign)(?P<year>\d{{4}})"),
    re.compile(rf"(?P<month>\d\d?)(?P<sign>[/.-]){_UNKNOWN}(?P=sign)(?P<year>\d{{4}})"),
)


def vague(words: str) -> OthersDate | None:
    """Read a vague form; None for other words."""
    questions: list[str] = []
    edtf = _decade(words, questions) or _century(words) or _season(words, questions) or _part_of_year(words)
    edtf = edtf or _week(words, questions)
    return OthersDate(edtf, as_note(words), None, tuple(questions)) if edtf else None


def open_in_part(words: str) -> OthersDate | None:
    """Read forms with unknown digits or parts, such as "199?", "19--", "00/05/1999" and "1999-00-00"."""
    if match := _OPEN_YEAR.fullmatch(words):
        edtf = f"{match['known']}X" if match["known"] else f"{match['less']}XX"
        question = f"{words} is taken as some year of the {edtf.replace('X', '0')}s. Say if another is meant"
        return OthersDate(edtf, as_note(words), None, (question,))
    for form in _OPEN_PARTS:
        match = form.fullmatch(words)
        if not match or not int(match["year"]):
            continue
        month = match.groupdict().get("month")
        if month is not None and not 1 <= int(month) <= 12:
            continue
        question = Sentence("{} leaves a part of the date open: taken as unknown. Say if another is meant", words)
        edtf = match["year"] if month is None else f"{match['year']}-{int(month):02d}"
        return OthersDate(edtf, as_note(words), None, (question,))
    return None


def _decade(words: str, questions: list[str]) -> str | None:
    if not (decade := _DECADE.fullmatch(words)):
        return None
    digits = decade["decade"]
    if len(digits) == 3 and digits.endswith("0"):
        questions.append(Sentence("{} is a century or a decade: taken as the century. Say if the decade is meant", words))
        return f"{digits[:2]}XX"
    return f"{digits}X" if len(digits) == 3 else f"0{digits}X"


def _century(words: str) -> str | None:
    if not (century := _CENTURY.fullmatch(words)):
        return None
    number, before = int(century["number"]), (century["era"] or "").lower().startswith("b")
    if number == 0:
        raise DateUnread("is not a century: they start with the 1st. Correct it", words)
    if number == 1:
        return "[-0099..0000]" if before else "[0001..0100]"
    return f"{'-' if before else ''}{number - 1:02d}XX"


def _season(words: str, questions: list[str]) -> str | None:
    if not (season := _SEASON.fullmatch(words)):
        return None
    name, year, following = season["season"].lower(), season["year"], season["next"]
    if following and (name != "winter" or int(following) % 100 != (int(year) + 1) % 100):
        return None
    if name == "winter" and not following:
        questions.append("a winter has two years. Say if the one before is meant")
    return f"{year}-{_SEASONS[name]}"


def _week(words: str, questions: list[str]) -> str | None:
    """Read a week by its number, as some day in it. In ISO 8601, weeks start on Monday, and the first has 4 January."""
    if not (match := _ISO_WEEK.fullmatch(words) or _WEEK.fullmatch(words)):
        return None
    parts = {name.rstrip("23"): value for name, value in match.groupdict().items() if value}
    try:
        first, last = (date.fromisocalendar(int(parts["year"]), int(parts["week"]), int(parts.get("day", day))) for day in (1, 7))
    except ValueError:
        raise DateUnread(Sentence("is not a week: {} has no week of that number. Correct it", parts["year"]), words) from None
    if "day" in parts:
        return first.isoformat()
    if match.re is _WEEK:
        question = "{} is counted as ISO 8601 does: from {} to {}. Say if another count is meant"
        questions.append(Sentence(question, words, first, last))
    return f"[{first}..{last}]"


def _part_of_year(words: str) -> str | None:
    if not (match := _PART.fullmatch(words)):
        return None
    if match["half"]:
        return f"{match['y3']}-{40 if match['half'].lower() == 'first' else 41}"
    number, halves = int(match["one"] or match["two"]), (match["sign1"] or match["sign2"]).lower() == "h"
    if halves and number > 2:
        return None
    return f"{match['y1'] or match['y2']}-{(39 if halves else 32) + number}"
