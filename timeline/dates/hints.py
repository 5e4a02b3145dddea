"""Advice on what to write instead of text that is not EDTF: guesses at the date that people meant.

Owns only the advice. Must not accept anything: the text is refused, and the reader of the message decides. Patterns are simple and
anchored.
"""

import re
from collections.abc import Callable

from timeline.dates.calendar import MONTH_NAMES, days_in_month
from timeline.dates.refusal import Refusal

EXPECTED = "Write YYYY, YYYY-MM or YYYY-MM-DD, or another form of EDTF (ISO 8601-2:2019)."

_MONTHS = {name[:3].lower(): number for number, name in enumerate(MONTH_NAMES) if name}
_NAME = "(" + "|".join(_MONTHS) + ")[a-z]*"


def unreadable(text: str) -> Refusal:
    """Return the refusal of text that has no form of a date, with the likeliest form to write instead."""
    refusal = season_or_zone(text)
    if not text or refusal is not None:
        return refusal or Refusal("there is no date.", EXPECTED)
    if any(char.isspace() for char in text):
        bare = "".join(text.split())
        for pattern, advise in _SPACED:
            match = pattern(text.strip().lower())
            if match is not None and (advice := advise(match)) is not None:
                return Refusal("this is not an EDTF date.", advice)
        if bare and re.fullmatch(r"[-0-9X/.,?~%YESTZ:+\[\]{}]+", bare):
            return Refusal("a date has no white space.", "Remove the spaces and line ends.")
    elif not text.isascii() and any(char.isdigit() and not char.isascii() for char in text):
        return Refusal("only the digits 0 to 9 are read.", "Write the date with them.")
    for pattern, advise in _SOLID:
        match = pattern(text.strip().lower())
        if match is not None and (advice := advise(match)) is not None:
            return Refusal("this is not an EDTF date.", advice)
    return Refusal("this is not an EDTF date.", EXPECTED)


_SEASONS = {"spring": (21, "March to May"), "summer": (22, "June to August"), "autumn": (23, "September to November")}
_SEASON = re.compile(
    r"(?:the )?(?P<name>spring|summer|autumn|fall|winter)(?: of|,)? (?P<year>[0-9]{4})"
    r"(?: ?[-/\u2013] ?(?P<next>[0-9]{2}|[0-9]{4}))?"
)
_ZONED = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}(?::[0-9]{2}){0,2}) ?\[?([A-Z][A-Za-z_]+(?:/[A-Za-z_+-]+)+)\]?")


def season_or_zone(text: str) -> Refusal | None:
    """Make the refusal of a season by its name, and of a time with the name of its zone, which may hold a slash; None of others."""
    if match := _ZONED.fullmatch(text.strip()):
        return Refusal("a time zone is a field of its own.", f"Write date: {match[1]}T{match[2]} and zone: {match[3]}.")
    if not (match := _SEASON.fullmatch(" ".join(text.lower().split()))):
        return None
    name, year, later = match["name"], int(match["year"]), match["next"]
    if name == "winter":
        southern = f"{year:04d}-32 for the southern one"
        began = f"{year:04d}-24 for December {year:04d} to February {year + 1:04d}"
        if later is None:
            ended = f"{year - 1:04d}-24 for December {year - 1:04d} to February {year:04d}"
            return Refusal("this is not an EDTF date.", f"Write {began}, {ended}, or {southern}.")
        return Refusal("this is not an EDTF date.", f"Write {began}.") if str(year + 1).endswith(later) else None
    if later is not None:
        return None
    code, months = _SEASONS["autumn" if name == "fall" else name]
    southern = f"{year:04d}-{code + 8} for {name} in the southern hemisphere"
    return Refusal("this is not an EDTF date.", f"Write {year:04d}-{code} for {months}, or {southern}.")


_SHIFT = r"(?:Z|[+-][0-9]{2}(?::[0-9]{2})?)?"


_CLOCK = r"[0-9]{2}(?::[0-9]{2}){0,2}"
_TIMES: tuple[tuple[Callable[[str], re.Match[str] | None], str], ...] = tuple(
    (re.compile(pattern).fullmatch, advice)
    for pattern, advice in (
        (rf"(?P<time>[0-9](?::[0-9]{{2}}){{0,2}}{_SHIFT}[?~%]?)", "Write {day}T0{time}, with two digits for the hour."),
        (r"(?P<one>[0-9]{2})(?P<two>[0-9]{2})", "Write {day}T{one}:{two}, with a colon."),
        (r"(?P<one>[0-9]{2})(?P<two>[0-9]{2})(?P<three>[0-9]{2})", "Write {day}T{one}:{two}:{three}, with colons."),
        (r"(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})[.,].*", "Write {day}T{time}, without a fraction."),
        (rf"(?P<time>{_CLOCK}[+-][0-9]{{2}})(?P<rest>[0-9]{{2}}[?~%]?)", "Write {day}T{time}:{rest}."),
        (rf"(?P<time>{_CLOCK})(?P<mark>[?~%])(?P<shift>Z|[+-].*)", "Write {day}T{time}{shift}{mark}: the qualifier comes last."),
        (r"(?P<time>[0-9]{2}(?::[0-9]{2})?):(?P<one>[0-9])(?P<rest>[^0-9].*)?", "Write {day}T{time}:0{one}, with two digits."),
        (r"(?P<time>[0-9]{2}(?::[0-9]{2})?):(?:XX)?", "Write {day}T{time}, as exact as it is known."),
        (rf"(?P<time>{_CLOCK})\s*\(?[A-Za-z]{{2,}}.*", "Write {day}T{time}, and its time zone in zone:, such as Europe/Paris."),
    )
)


def time_advice(day: str, time: str) -> str:
    """Return advice on an invalid time of day: what to write after the day."""
    for matches, advice in _TIMES:
        if match := matches(time):
            return advice.format(day=day, **match.groupdict())
    return f"Write {day}Thh, {day}Thh:mm or {day}Thh:mm:ss, adding Z for UTC or a shift such as +01:00."


def _write(form: str) -> Callable[[re.Match[str]], str | None]:
    return lambda match: f"Write {match.expand(form)}."


def _always(advice: str) -> Callable[[re.Match[str]], str | None]:
    return lambda _: advice


def _day(year: str, month: int, day: str) -> str | None:
    possible = 1 <= month <= 12 and 1 <= int(day) <= days_in_month(int(year), month)
    return f"{int(year):04d}-{month:02d}-{int(day):02d}" if possible else None


def _named_day(match: re.Match[str]) -> str | None:
    parts = match.groupdict()
    month, day = _MONTHS[match["name"][:3]], parts.get("day")
    written = _day(match["year"], month, day) if day else f"{match['year']}-{month:02d}"
    return f"Write {written}." if written else None


def _slashed(match: re.Match[str]) -> str | None:
    one, two, year = match.groups()
    british, american = _day(year, int(two), one), _day(year, int(one), two)
    if british and american and british != american:
        return f"Write {british} for {_in_words(british)}, or {american} for {_in_words(american)}."
    return f"Write {british or american}." if british or american else None


def _in_words(day: str) -> str:
    year, month, number = day.split("-")
    return f"{int(number)} {MONTH_NAMES[int(month)]} {year}"


def _run_together(match: re.Match[str]) -> str | None:
    written = _day(match[1], int(match[2]), match[3])
    return f"Write {written}." if written else None


def _bce(match: re.Match[str]) -> str | None:
    year = int(match[1])
    return f"Write {f'-{year - 1:04d}' if year > 1 else '0000'}: year 0000 is 1 BCE." if year else None


def _upper(match: re.Match[str]) -> str:
    return f"Write {match[1]}T{match[2]}{match[3].upper()}."


def _two_years(match: re.Match[str]) -> str:
    if match[1] >= match[2]:
        return EXPECTED
    return (
        f"Write {match[1]}/{match[2]} if it lasted from one to the other, or [{match[1]}..{match[2]}] if it was some time between."
    )


_Advice = tuple[Callable[[str], re.Match[str] | None], Callable[[re.Match[str]], str | None]]


def _table(*rows: tuple[str, Callable[[re.Match[str]], str | None]]) -> tuple[_Advice, ...]:
    return tuple((re.compile(pattern, re.ASCII).fullmatch, advise) for pattern, advise in rows)


_DAYS = "Write YYYY-MM-DD/YYYY-MM-DD if it lasted those days, or [YYYY-MM-DD..YYYY-MM-DD] if it was on one of them."
_YEAR = r"(?P<year>\d{4})"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_MONTH = f"(?P<name>{_NAME})\\.?"

_SPACED = _table(
    (rf"{_MONTH} {_DAY},? {_YEAR}", _named_day),
    (rf"{_DAY} (?:of )?{_MONTH},? {_YEAR}", _named_day),
    (rf"{_MONTH},? {_YEAR}", _named_day),
    (r"(?:c\.?|ca\.?|circa|about|around) (\d{4})", _write(r"\1~")),
    (r"(\d{1,4}) (?:b\.?c\.?(?:e\.?)?)", _bce),
    (r"(\d{4}-\d\d-\d\d) (\d\d:\d\d(?::\d\d)?)(z?)", _upper),
    (r"(\d{4}(?:-\d\d){0,2}) (?:to|-|\u2013|\u2014|until) (\d{4}(?:-\d\d){0,2})", _two_years),
)

_SOLID = _table(
    (r"(?:now|today|yesterday|tomorrow)", _always("Write the day itself, as YYYY-MM-DD.")),
    (r"(?:unknown|open|undated|n\.?d\.?|none|null|\?+)", _always("Write XXXX if no year is known.")),
    (r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", _slashed),
    (r"(\d{1,2})-(\d{1,2})-(\d{4})", _slashed),
    (r"(\d{4})(\d\d)(\d\d)", _run_together),
    (r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})", _run_together),
    (r"(\d{4})-(\d{1,2})-(\d{1,2})", _run_together),
    (r"(\d{4})-(\d)", lambda match: f"Write {match[1]}-0{match[2]}." if match[2] != "0" else None),
    (
        r"(\d{3})",
        lambda match: f"Write {match[1]}X for the decade, or 0{match[1]} for the year {int(match[1])}.",
    ),
    (r"(\d\d)", lambda match: f"Write {match[1]}XX for the century, or the year with four digits."),
    (r"(\d\d)00'?s", lambda match: f"Write {match[1]}0X for the decade, or {match[1]}XX for the century."),
    (r"(\d{3})0'?s", _write(r"\1X")),
    (r"(y-?\d{5,12})", lambda match: f"Write {match[1].upper()}."),
    (r"([1-9]\d{4,11})", _write(r"Y\1")),
    (r"-y?([1-9]\d{4,11})", _write(r"Y-\1")),
    (
        r"y-?\d+(?:e\d+)?(?:s\d+)?-.*",
        _always("A year with Y has no month or day. Write the year alone."),
    ),
    (r"(?:c\.?|ca\.?|circa)(\d{4})", _write(r"\1~")),
    (r"(\d{1,4})b\.?c\.?(?:e\.?)?", _bce),
    (r"(\d{4}(?:-\d\d){0,2})(?:\?~|~\?)", _write(r"\1%")),
    (r"(\d{4}(?:-\d\d){0,2})(?:\u2013|\u2014|--|\.\.)(\d{4}(?:-\d\d){0,2})", _two_years),
    (r"(\d{4})-(\d{4})", _two_years),
    (r"\d{4}-\d{3}", _always("Days of the year are not EDTF. Write YYYY-MM-DD.")),
    (r"\d{4}-?w\d\d(?:-?\d)?", _always(f"Weeks are not EDTF. {_DAYS}")),
    (r"r?\d*/?p[t\d].*", _always(f"Durations are not EDTF. {_DAYS}")),
    (r"(\d{4}-\d\d-\d\d)t(\d\d(?::\d\d){0,2})(z?)", _upper),
    (
        r".*t\d\d:\d\d.*",
        _always("A time of day needs its whole day, without X, and takes ~ ? % at its end: YYYY-MM-DDThh:mm~."),
    ),
    (
        r"-?\d{5,}-.*",
        _always("A year of more than four digits has no month or day. Write Y and the year."),
    ),
    (
        r"-(\d{1,3})",
        lambda match: f"Write -{match[1]:0>4}, which is {int(match[1]) + 1} BCE." if int(match[1]) else None,
    ),
    (r"\d{8}t\d{6}.*", _always("Write the separators: YYYY-MM-DDThh:mm or YYYY-MM-DDThh:mm:ss.")),
    (r"(\d{1,4}[xu]{0,3}(?:-[0-9xu]{2}){0,2})", lambda match: _masked(match[1])),
)


def _masked(text: str) -> str | None:
    written = text.replace("x", "X").replace("u", "X")
    return f"Write {written}." if re.fullmatch(r"[0-9X]{4}(-[0-9X]{2}){0,2}", written) else None
