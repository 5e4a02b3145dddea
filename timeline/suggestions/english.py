"""The forms in which English prose mentions a date, and what each says of it.

Owns the words. Must not know when the text was published: `resolving` does that.
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

from timeline.dates.months import month_of
from timeline.suggestions.resolving import SEASONS, Relative

_WEEKDAYS: Final = {
    name: number
    for number, names in enumerate(
        ("monday mon", "tuesday tues tue", "wednesday wed", "thursday thurs thur thu", "friday fri", "saturday sat", "sunday sun")
    )
    for name in names.split()
}
_CARDINALS: Final = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen",
    "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)  # fmt: skip
_NUMBERS: Final = {
    **{name: number for number, name in enumerate(_CARDINALS, start=1)},
    "a": 1, "an": 1, "a couple of": 2, "thirty": 30, "forty": 40, "fifty": 50,
}  # fmt: skip
_ORDINALS: Final = {
    name: number
    for number, names in enumerate(
        (
            "first 1st", "second 2nd", "third 3rd", "fourth 4th", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
            "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
            "twentieth", "twenty-first",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_TENS: Final = {
    "twenties": 2, "thirties": 3, "forties": 4, "fifties": 5, "sixties": 6, "seventies": 7, "eighties": 8, "nineties": 9,
}  # fmt: skip


def _any(words: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


# Names of months and days are capitalised; their abbreviations end with a full stop or are followed by a number.
_LONG: Final = "January|February|March|April|May|June|July|August|September|October|November|December"
_SHORT: Final = "Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec"
_MONTH: Final = rf"(?P<month>{_LONG}|{_LONG.upper()}|(?:{_SHORT}|{_SHORT.upper()})\b\.?)"
_OTHER_MONTH: Final = _MONTH.replace("<month>", "<month2>")
_WEEKDAY: Final = (
    r"(?P<weekday>Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|MONDAY|TUESDAY|WEDNESDAY|THURSDAY|FRIDAY|SATURDAY|SUNDAY"
    r"|(?:Mon|Tues?|Wed|Thurs?|Thu|Fri|Sat|Sun)\.)"
)
_DAY: Final = r"(?P<day>0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?(?![\d%:]|[.,]\d)"
_OTHER_DAY: Final = _DAY.replace("<day>", "<day2>")
_YEAR: Final = r"(?P<year>1\d{3}|20\d{2})(?!\d|[.,]\d|['’]?s\b|-\d)"
_IN_YEAR: Final = rf"(?:,?\s+(?:of\s+|in\s+)?{_YEAR})?"
_TO: Final = r"\s*(?:[-–—]|to|through|until|and)\s*"
_WHICH: Final = r"(?P<which>[Ll]ast|[Nn]ext|[Tt]his|[Pp]revious|[Cc]oming|[Cc]urrent|[Pp]ast|[Uu]pcoming)"
_QUARTER: Final = (
    r"(?P<ordinal>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|1st|2nd|3rd|4th)[\s-]+(?:fiscal[\s-]+)?(?P<unit>quarter|half)\b"
)
_COUNT: Final = rf"(?P<count>\d{{1,3}}|{_any(tuple(_NUMBERS))})"
_PART: Final = r"(?:\s+(?:morning|afternoon|evening|night)\b)?"
# A number of four digits is a year, except among other numbers, after a currency, and before what is counted.
_COUNTED: Final = (
    r"(?![\d%/]|[.,:]\d|s\b|['’]s\s+(?:and|or)\b|-(?:\d|foot|pound|mile|meter|metre|acre|member|seat|strong|ton)\b"
    r"|\s+(?:people|persons|men|women|miles|feet|pounds|shares|points|jobs|workers|employees|tons|tonnes|troops|members|times|hours"
    r"|minutes|a\.m|p\.m|EST|EDT|GMT|students|soldiers|children|homes|houses|units|votes|cases|meters|metres|km|acres|barrels|dollars"
    r"|copies|cars|seats|pages|words|delegates|civilians|refugees|square|yards|degrees|calories|bushels|kilometers|kilometres)\b)"
)

Reader = Callable[[re.Match[str]], str | Relative | None]
_OFFSETS: Final = {"last": -1, "previous": -1, "past": -1, "next": 1, "coming": 1, "upcoming": 1}


def _date(year: str | None, month: int, day: str | None) -> str:
    """Write a date; XXXX is a year that the text does not state."""
    return f"{year or 'XXXX'}-{month:02}" + (f"-{int(day):02}" if day else "")


def _month(name: str) -> int:
    return month_of(name.rstrip(".")) or 0


def _of_month(match: re.Match[str]) -> str | None:
    """Read a month with a day, with a year, or both; or two days."""
    parts = match.groupdict()
    month, year, day, until = _month(parts["month"]), parts.get("year"), parts.get("day"), parts.get("day2")
    other = _month(parts["month2"]) if parts.get("month2") else month
    if until is None:
        return _date(year, month, day)
    backwards = (other, int(until)) <= (month, int(day or 0))
    return None if backwards else f"{_date(year, month, day)}/{_date(year, other, until)}"


def _month_after_a_word(match: re.Match[str]) -> str | None:
    before = _BEFORE_MONTH.search(match.string, max(0, match.start() - 12), match.start())
    return _of_month(match) if before else None


def _year(match: re.Match[str]) -> str:
    return match["year"]


def _years(match: re.Match[str]) -> str | None:
    last = match["last"]
    until = last if len(last) == 4 else match["year"][:2] + last
    return f"{match['year']}/{until}" if int(match["year"]) < int(until) else None


def _decade(match: re.Match[str]) -> str | Relative:
    parts = match.groupdict()
    if parts.get("decade"):
        return f"{parts['decade'][:3]}X"
    return Relative("decade of", _TENS[parts["tens"].lower()] if parts.get("tens") else int(parts["short"][0]))


def _century(match: re.Match[str]) -> str | None:
    ordinal = match["ordinal"].lower()
    number = _ORDINALS.get(ordinal) or int(ordinal[:-2])
    return f"{number - 1:02}XX" if 1 < number <= 21 else None


def _quarter(match: re.Match[str]) -> str | Relative | None:
    parts = match.groupdict()
    number = _ORDINALS[parts["ordinal"].lower()]
    code = number + (32 if parts["unit"] == "quarter" else 39)
    if code in (42, 43):  # a year has two halves
        return None
    if parts.get("year"):
        return f"{parts['year']}-{code}"
    which = (parts.get("which") or "").lower()
    return Relative("quarter of", code, _OFFSETS.get(which, 0) if which else None)


def _weekday(match: re.Match[str]) -> Relative:
    which = (match.groupdict().get("which") or "").lower()
    return Relative("weekday", _WEEKDAYS[match["weekday"].rstrip(".").lower()], words=which)


def _unit(match: re.Match[str]) -> Relative | None:
    which, unit = match["which"].lower(), match["unit"].lower()
    if which == "past" and unit not in SEASONS and unit != "weekend":  # "the past year" is how long something took
        return None
    return Relative("year" if unit.startswith("fiscal") else unit, _OFFSETS.get(which, 0))


def _part_of_unit(match: re.Match[str]) -> Relative:
    return Relative((match.groupdict().get("unit") or "year").lower(), 0)


def _ago(match: re.Match[str]) -> Relative:
    count = match["count"].lower()
    number = _NUMBERS.get(count) or int(count)
    about = _ABOUT.search(match.string, max(0, match.start() - 12), match.start())
    ahead = match.groupdict().get("ahead")
    return Relative(f"{match['unit'].lower().rstrip('s')}s", number if ahead else -number, words="about" if about else "")


def _word(match: re.Match[str]) -> Relative | None:
    word = match["word"].lower()
    if word == "today" and _NOWADAYS.search(match.string[max(0, match.start() - 12) : match.start()]):
        return None
    return Relative("day", {"yesterday": -1, "tomorrow": 1}.get(word, 0))


_ABOUT: Final = re.compile(r"\b(?:about|around|nearly|almost|some|roughly|more\s+than|over|less\s+than|at\s+least)\s+$", re.I)
_NOWADAYS: Final = re.compile(r"\b(?:is|are|was|were|remains?|of|even)\s+$", re.I)
# Names that are also other words, or people's, are months only after such a word.
_BEFORE_MONTH: Final = re.compile(
    r"\b(?:in|since|by|until|of|from|to|during|for|last|next|this|through|before|after|between|and|late|early|mid)[\s-]+$", re.I
)
# The form that a date has from its first word on, by what that word is. The first form that fits has it.
_FORMS: Final[dict[str, tuple[tuple[str, Reader], ...]]] = {
    "weekday": (
        (rf"{_WEEKDAY},?\s+{_MONTH}\s+{_DAY}{_IN_YEAR}", _of_month),
        (rf"{_WEEKDAY},?\s+(?:the\s+)?{_DAY}(?:\s+of)?\s+{_MONTH}(?![\w-]){_IN_YEAR}", _of_month),
        (rf"{_WEEKDAY}{_PART}", _weekday),
    ),
    "month": (
        (rf"{_MONTH}\s+{_DAY}{_TO}{_OTHER_MONTH}\s+{_OTHER_DAY}{_IN_YEAR}", _of_month),
        (rf"{_MONTH}\s+{_DAY}{_TO}{_OTHER_DAY}(?!\s+(?:{_LONG}|[a-z]+(?:ion|s)\b)){_IN_YEAR}", _of_month),
        (rf"{_MONTH}\s+{_DAY}{_IN_YEAR}", _of_month),
        (rf"{_MONTH},?\s+(?:of\s+|in\s+)?{_YEAR}", _of_month),
        (r"(?P<month>April|May|June|March|August)(?![\w-]|\s+[A-Z][a-z]|\s+\d)", _month_after_a_word),
        (r"(?P<month>January|February|July|September|October|November|December|(?:Jan|Feb|Aug|Sept|Sep|Oct|Nov|Dec)\.(?=[\s,]))(?![\w-])",
         _of_month),
    ),
    "digit": (
        (r"(?P<year>1\d{3}|20\d{2})-(?P<month>0[1-9]|1[0-2])-(?P<day>0[1-9]|[12]\d|3[01])(?!\d|-\d)",
         lambda match: f"{match['year']}-{match['month']}-{match['day']}"),
        (r"\d{1,2}([/-])\d{1,2}\1(?:\d{4}|\d{2})(?![\d/-])", lambda match: Relative("numeric", words=match[0])),
        (rf"{_DAY}{_TO}{_OTHER_DAY}\s+{_MONTH}{_IN_YEAR}", _of_month),
        (rf"{_DAY}(?:\s+of)?\s+{_MONTH}(?![\w-]){_IN_YEAR}", _of_month),
        (rf"(?P<year>1\d{{3}}|20\d{{2}})['’]s\s+{_QUARTER}", _quarter),
        (r"(?P<decade>1\d{2}0|20\d0)['’]?s\b", _decade),
        (r"(?P<ordinal>\d{1,2}(?:st|nd|rd|th))[\s-]+[Cc]entury\b", _century),
        (rf"{_QUARTER}(?:\s+(?:of|in|for))?(?:\s+the)?(?:\s+(?:fiscal|calendar))?(?:\s+year)?,?\s+{_YEAR}", _quarter),
        (rf"{_QUARTER}(?!-)", _quarter),
        (rf"{_COUNT}\s+(?P<unit>days?|weeks?|months?|years?|decades?)\s+(?:ago|back|(?P<ahead>from\s+(?:now|today)))\b", _ago),
        (r"(?P<year>1[5-9]\d{2}|20\d{2})(?:\s*[-–—]\s*|\s+to\s+)(?P<last>\d{4}|\d{2})(?![\d-]|\s+percent)", _years),
        (rf"(?P<year>1[5-9]\d{{2}}|20\d{{2}}){_COUNTED}", _year),
    ),
    "word": (
        (rf"{_QUARTER}(?:\s+(?:of|in|for))?(?:\s+the)?(?:\s+(?:fiscal|calendar))?(?:\s+year)?,?\s+{_YEAR}", _quarter),
        (rf"{_QUARTER}(?:\s+(?:of|in))?\s+{_WHICH}(?:\s+fiscal)?\s+year\b", _quarter),
        (rf"(?:{_WHICH}\s+year['’]s\s+)?{_QUARTER}(?!-)", _quarter),
        (r"['’](?P<short>[1-9])0['’]?s\b", _decade),
        (rf"[Tt]he\s+(?:(?:early|mid|late)[\s-]+)?(?P<tens>{_any(tuple(_TENS))})\b", _decade),
        (rf"(?P<ordinal>{_any(tuple(_ORDINALS))})[\s-]+[Cc]entury\b", _century),
        (rf"(?P<season>[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter)\s+(?:of\s+)?{_YEAR}",
         lambda match: f"{match['year']}-{SEASONS[match['season'].lower()]}"),
        (rf"{_WHICH}\s+(?P<unit>week|month|quarter|year|decade|century|weekend|spring|summer|autumn|fall|winter|fiscal\s+year)\b"
         r"(?!-(?:long|old|end))", _unit),
        (rf"{_WHICH}\s+{_WEEKDAY}{_PART}", _weekday),
        (r"(?P<which>[Tt]his|[Ll]ast)\s+(?:morning|afternoon|evening|night)\b",
         lambda match: Relative("day", -1 if match["which"].lower() == "last" else 0)),
        (r"[Aa]\s+year\s+(?:earlier|before)\b", lambda _: Relative("unsettled")),
        (r"year-(?:earlier|ago)(?:\s+(?:period|quarter|level|month))?\b", lambda _: Relative("year", -1)),
        (rf"(?i:{_COUNT})\s+(?P<unit>days?|weeks?|months?|years?|decades?)\s+(?:ago|back|(?P<ahead>from\s+(?:now|today)))\b", _ago),
        (r"(?:end|start|beginning|middle)\s+of\s+(?:the|this)\s+(?P<unit>week|month|quarter|year|decade|century)\b", _part_of_unit),
        (r"[Yy]ear[\s-]end\b", _part_of_unit),
        (r"(?P<word>[Yy]esterday|[Tt]oday|[Tt]omorrow|[Tt]onight|TODAY|YESTERDAY|TOMORROW)\b"
         r"(?!['’]s\s+(?:world|market|society|youth|generation|\w+s\b))", _word),
    ),
}  # fmt: skip
FORMS: Final = {kind: tuple((re.compile(form), reader) for form, reader in forms) for kind, forms in _FORMS.items()}
_FIRST: Final = re.compile(
    rf"\b(?:(?P<month>(?:{_SHORT}|{_SHORT.upper()}|May|MAY))|(?P<weekday>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)|(?:MON|TUE|WED|THU|FRI|SAT|SUN)(?=[A-Z]*DAY))"
    r"|(?P<word>[Ll]ast|[Nn]ext|[Tt]his|[Pp]revious|[Cc]oming|[Cc]urrent|[Pp]ast|[Uu]pcoming|[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth|[Ff]ifth"
    r"|[Ss]ixth|[Ss]eventh|[Ee]ighth|[Nn]inth|[Tt]enth|[Ee]leventh|[Tt]welfth|[A-Za-z]{2,5}teenth|[Tt]wentieth|[Tt]wenty-first"
    rf"|[Ss]pring|[Ss]ummer|[Aa]utumn|[Ff]all|[Ww]inter|[Yy]ear|[Yy]esterday|[Tt]o(?:day|morrow|night)|TO(?:DAY|MORROW)|YESTERDAY"
    rf"|[Ee]nd|[Ss]tart|[Bb]eginning|[Mm]iddle|[Tt]he(?=\s+(?:(?:early|mid|late)[\s-]+)?(?:{_any(tuple(_TENS))}))"
    rf"|(?:{'|'.join(f'[{name[0].upper()}{name[0]}]{name[1:]}' for name in _NUMBERS)})(?=\s+(?:day|week|month|year|decade)))\b)"
    r"|(?:(?<![\d$£€#.,:/+&-])(?<!\d[-–—])|(?<=\b[Mm]id-))(?P<digit>(?=\d))|(?P<short>(?=['’][1-9]0['’]?s\b))"
)
# Words before a date that belong to it.
_BEFORE: Final = re.compile(
    r"(?:(?:\b[Bb]etween|\b[Tt]he|\b(?:[Tt]he\s+)?(?:[Ee]arl(?:y|ier)|[Mm]id|[Ll]ater?)(?:\s+in)?|\b[Ff]iscal(?:\s+year)?|\bFY|\b[Cc]alendar"
    r"|\b[Tt]he\s+(?:fiscal\s+)?year|\b[Tt]he\s+(?:end|start|beginning|middle)\s+of)[\s-]+)$"
)
_LONGEST_BEFORE: Final = 24


def mentions(text: str) -> Iterator[tuple[int, int, str | Relative]]:
    """Yield the dates that a text mentions, in their order, as (start, end, EDTF or relative date)."""
    place = last = 0
    while first := _FIRST.search(text, place):
        kind = first.lastgroup or ""
        place = first.start() + 1 if kind != "digit" else _past_digits(text, first.start())
        for form, reader in FORMS["word" if kind == "short" else kind]:
            match = form.match(text, first.start())
            date = reader(match) if match else None
            if match and date:
                yield _begin(text, match.start(), reader, last), match.end(), date
                place = last = match.end()
                break


def _begin(text: str, start: int, reader: Reader, last: int) -> int:
    """Return where a date begins, with the words before it that belong to it, but none of the date that ends at `last`."""
    before = _BEFORE.search(text, max(last, start - _LONGEST_BEFORE), start)
    if before is None or reader is _weekday or (reader is _year and before[0].strip().lower() == "the"):
        return start
    return before.start()


def _past_digits(text: str, start: int) -> int:
    while start < len(text) and text[start].isdigit():
        start += 1
    return start
