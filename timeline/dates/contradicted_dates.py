"""Find the words of a text that agree with an old date but not with a new one: a year, a season, a day or a time of day.

Owns the forms that are clear only beside a date that they agree with: a year alone, a season with its year, a day without a year, a
time. Must not guess: there is no result if the text also has a form of the same kind that the new date allows, or if a span may
begin or end there.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from timeline.dates.calendar import civil, day_number, days_in_month
from timeline.dates.edtf import Edtf, parse
from timeline.dates.mentions import LONGEST, NUMERALS, is_open, stated
from timeline.dates.months import ANY, month_of

_MINUTE, _HOUR, _NOON = 60, 3600, 12 * 3600
_DECEMBER = 12
_YEAR: Final = r"(?P<year>1\d{3}|20\d{2})"
_ABOUT: Final = (
    r"\b(?:around|about|circa|ca?\.|roughly|approximately|nearly|almost|towards?|shortly|just|vers|environ|autour\s+de|presque|hacia"
    r"|alrededor\s+de|casi|etwa|ungef[äa]hr|gegen|fast|نحو|حوالي|قرابة)\s*(?:the\s+|l['’]|las?\s+)?"
)
_SEASONS: Final = {  # first month and number of months: of both hemispheres, by everyday and astronomical reckoning
    "spring": ((3, 4), (9, 4)), "summer": ((6, 4), (12, 4), (0, 4)),
    "autumn": ((9, 4), (3, 4)), "winter": ((12, 4), (0, 4), (6, 4)),
}  # fmt: skip
_SEASON_NAMES: Final = {
    "spring": r"spring|printemps|fr[üu]hjahr|fr[üu]hling|primavera|ربيع",
    "summer": r"summer|[ée]t[ée]|sommer|verano|صيف",
    "autumn": r"autumn|fall|automne|herbst|oto[ñn]o|خريف",
    "winter": r"winter|hiver|invierno|شتاء",
}
_WITH_SEASON: Final = re.compile(
    rf"(?<!\w)(?:ال)?(?:{'|'.join(f'(?P<{name}>{words})' for name, words in _SEASON_NAMES.items())})"
    rf"(?:\s+of|\s+de[ls]?|\s+من|\s+عام|\s+سنة|,)?\s+{_YEAR}(?:\s?[-–/]\s?(?P<next>\d{{2}}(?:\d{{2}})?))?(?![\d\w])",
    re.I,
)
_COUNTED: Final = (  # a number before these words is not a year
    r"(?!\s*(?:%|people|persons|men|women|children|cases|times|workers|soldiers|victims|dead|pages|copies|votes|miles|metres|meters"
    r"|k?m\b|kg\b|tons?\b|tonnes|euros?|dollars|dirhams?|personnes|hommes|femmes|personas|hombres|Menschen|Personen))"
)
_YEAR_ALONE: Final = re.compile(rf"(?<![\d\w.,:/#$€£°№–—-])(?<![$€£#№§°]\s){_YEAR}(?![\d\w]|[.,:/–—-]\d|\s*[$€£]){_COUNTED}", re.I)
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|º|ª|\.)?"
_DAY_ALONE: Final = tuple(
    re.compile(form, re.I)
    for form in (
        rf"(?<![\d\w.,:/–—-]){_DAY}\s+(?:of\s+|de\s+|من\s+)?(?P<name>{ANY})(?!\w)",
        rf"(?<!\w)(?P<name>{ANY})\.?\s+{_DAY}(?![\d\w]|[.,:/–—-]\d)",
    )
)
_HALF: Final = r"(?:\s?(?:(?P<am>a\.?\s?m\b\.?|صباحا)|(?P<pm>p\.?\s?m\b\.?|مساء)))"
_HOURS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TIMES: Final = tuple(
    re.compile(rf"(?<![\d\w.,:/–—-]){form}(?-i:(?P<zone>\s?\(?(?:UTC|GMT|Z|UT|[A-Z]{{2,4}}T)\b|\s?[+-]\d\d:?\d\d)?)", flags)
    for form, flags in (
        (rf"(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::[0-5]\d)?(?!\d|[:/-]\d){_HALF}?", re.I),
        (rf"(?P<hour>0?\d|1[0-2])\.(?P<minute>[0-5]\d){_HALF}(?!\w)", re.I),
        (r"(?P<hour>[01]?\d|2[0-3])\.(?P<minute>[0-5]\d)\s?(?:Uhr|hrs?\b|hours\b|Std)", re.I),
        (r"(?P<hour>[01]?\d|2[0-3])\s?h(?:eures?)?\s?(?P<minute>[0-5]\d)(?!\w)", re.I),
        (r"(?P<hour>[01]\d|2[0-3])(?P<minute>[0-5]\d)\s?(?:hrs?\b|hours\b)", re.I),
        (rf"(?P<hour>0?\d|1[0-2]){_HALF}(?!\w)", re.I),
        (rf"(?P<hour>[01]?\d|2[0-3]|{'|'.join(_HOURS)})\s?(?:h|heures?|Uhr|o['’]clock)(?!\w)", re.I),
    )
)


class _Mention(NamedTuple):
    """Words of a text, and the spans that they may mean, as days or as seconds of a day."""

    spans: tuple[tuple[int, int], ...]
    words: str
    open: bool

    def meets(self, first: int | None, last: int | None) -> bool:
        """Whether it may mean anything in a span; None is an open side."""
        return self.open or any((last is None or one <= last) and (first is None or other >= first) for one, other in self.spans)


def contradicting_words(text: str, old: str, new: str, *, same_zone: bool = True) -> str | None:
    """Return words of a text that the old date allows and the new one does not; None if none are clear.

    Times are compared only in the `same_zone`. Approximate dates are widened as in `dates.near`. Raises DateInvalid.
    """
    text = text[:LONGEST].translate(NUMERALS)
    before, after = parse(old), parse(new)
    if before.earliest_day is None and before.latest_day is None:  # it allows everything
        return None
    used: list[tuple[int, int]] = []
    dated = [*_with_year(text, used)]
    words = _contradiction(dated, _days(before), _days(after))
    if words is None:
        words = _contradiction([*_without_year(text, used, before, after)], _days(before), _days(after), dated)
    if words is None and same_zone and _on_one_day(before) and _on_one_day(after):
        words = _contradiction([*_times(text)], _seconds(before), _seconds(after))
    return words


def _contradiction(
    mentions: list[_Mention],
    old: tuple[int | None, int | None],
    new: tuple[int | None, int | None],
    beside: list[_Mention] | None = None,
) -> str | None:
    if any(one.meets(*new) for one in (*mentions, *(beside or ()))):
        return None
    return next((one.words for one in mentions if one.meets(*old)), None)


def _days(date: Edtf) -> tuple[int | None, int | None]:
    return date.near_earliest_day, date.near_latest_day


def _seconds(date: Edtf) -> tuple[int | None, int | None]:
    if date.near_earliest_day != date.near_latest_day:  # the approximate time reaches into another day
        return date.earliest_second, date.latest_second
    return date.near_earliest_second, date.near_latest_second


def _on_one_day(date: Edtf) -> bool:
    return date.timed and date.earliest_day is not None and date.earliest_day == date.latest_day


def _with_year(text: str, used: list[tuple[int, int]]) -> Iterator[_Mention]:
    """Yield the seasons, the full dates, and the years that are not part of these."""
    for match in _WITH_SEASON.finditer(text):
        used.append(match.span())
        yield _season(text, match)
    for one in stated(text, used):
        first, last = (None if day is None else _number(day) for day in (one.earliest, one.latest))
        open_ = first is None or last is None
        yield _Mention(() if first is None or last is None else ((first, last),), one.words, open_)
    for match in _matches(_YEAR_ALONE, text, used):
        year = int(match["year"])
        about = re.search(_ABOUT + "$", text[: match.start()], re.I)
        span = (day_number(year - bool(about), 1, 1), day_number(year + bool(about), 12, 31))
        yield _Mention((span,), f"{about[0] if about else ''}{match[0]}", is_open(text, *match.span()))


def _season(text: str, match: re.Match[str]) -> _Mention:
    name, year, last = next(name for name in _SEASONS if match[name]), int(match["year"]), match["next"]
    spans = [_months(year, *months) for months in _SEASONS[name] if not last or months[0] == _DECEMBER]
    before = text[: match.start()]
    at = len(before) - len("au ") if before.lower().endswith("au ") else len(before)  # "au printemps" is "in", not "until"
    return _Mention(tuple(spans), " ".join(match[0].split()), not spans or is_open(text, at, match.end()))


def _months(year: int, month: int, count: int) -> tuple[int, int]:
    """Return the first and the last day of a number of months; month 0 is the December before."""
    first, last = year * 12 + month - 1, year * 12 + month + count - 2
    return day_number(first // 12, first % 12 + 1, 1), day_number(
        last // 12, last % 12 + 1, days_in_month(last // 12, last % 12 + 1)
    )


def _without_year(text: str, used: list[tuple[int, int]], *dates: Edtf) -> Iterator[_Mention]:
    """Yield the days without a year, in the years of both dates."""
    days = [day for date in dates for day in (date.earliest_day, date.latest_day) if day is not None]
    years = sorted({civil(day)[0] for day in days})
    for form in _DAY_ALONE:
        for match in _matches(form, text, used):
            month, day = month_of(match["name"]), int(match["day"])
            spans = [(day_number(year, month, day),) * 2 for year in years if month and 1 <= day <= days_in_month(year, month)]
            if spans and not match["name"].lower().startswith("listopad"):
                yield _Mention(tuple(spans), match[0], is_open(text, *match.span()))


def _times(text: str) -> Iterator[_Mention]:
    used: list[tuple[int, int]] = []
    for form in _TIMES:
        for match in _matches(form, text, used):
            parts = match.groupdict()
            written, minute = parts["hour"].lower(), parts.get("minute")
            hour = _HOURS.index(written) + 1 if written in _HOURS else int(written)
            am, pm = parts.get("am"), parts.get("pm")
            about = re.search(_ABOUT + "$", text[: match.start()], re.I)
            margin, length = (30 * _MINUTE, _MINUTE) if about else (0, _MINUTE if minute else _HOUR)
            first = (hour % 12 if am or pm else hour) * _HOUR + (_NOON if pm else 0) + int(minute or 0) * _MINUTE
            starts = {first} if am or pm or hour > 12 or written.startswith("0") else {first, (first + _NOON) % (2 * _NOON)}
            spans = tuple((start - margin, start + length - 1 + margin) for start in sorted(starts))
            yield _Mention(spans, " ".join(match[0].split()), parts["zone"] is not None or is_open(text, *match.span()))


def _matches(form: re.Pattern[str], text: str, used: list[tuple[int, int]]) -> Iterator[re.Match[str]]:
    """Yield the matches of a form that do not overlap earlier ones."""
    for match in form.finditer(text):
        start, end = match.span()
        if not any(start < to and end > since for since, to in used):
            used.append((start, end))
            yield match


def _number(day: str) -> int:
    year, month, number = (int(part) for part in day.split("-"))
    return day_number(year, month, number)
