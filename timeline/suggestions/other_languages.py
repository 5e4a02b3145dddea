"""The dates that French, Spanish, German and Arabic prose mentions: fewer forms than in English, each in a table.

Owns the words. A form that is not here is not suggested. Must not know when the text was published.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

from timeline.suggestions.resolving import Relative


class Language(NamedTuple):
    """The words of a language: months and weekdays in order; what may be between day, month and year; and relative dates.

    `to` is between two days of one month; `before_year` makes a number of four digits a year.
    """

    months: str
    weekdays: str
    day: str
    of: str
    to: str
    before_year: str
    relative: Mapping[str, Relative]
    last: str
    next: str
    this: str
    seasons: str  # in order, from spring
    about: str  # before a year that is approximate


_FRENCH: Final = Language(
    months="janvier|janv. février|févr. mars avril mai juin juillet|juil. août septembre|sept. octobre|oct. novembre|nov."
    " décembre|déc.",
    weekdays="lundi mardi mercredi jeudi vendredi samedi dimanche",
    day=r"(?:le\s+)?(?P<day>[1-9]|[12]\d|3[01]|1er)",
    of=r"\s+",
    to=r"\s*(?:[-–—]|au|et|à)\s*",
    before_year=r"(?:en|depuis|de|dès|année|l['’]an|fin|début|avant|après|jusqu['’]en)",
    relative={
        r"aujourd['’]hui": Relative("day", 0), "hier": Relative("day", -1), "avant-hier": Relative("day", -2),
        "demain": Relative("day", 1),
        r"la semaine (?:dernière|passée)": Relative("week", -1), r"la semaine prochaine": Relative("week", 1),
        r"cette semaine": Relative("week", 0), r"le mois (?:dernier|passé)": Relative("month", -1),
        r"le mois prochain": Relative("month", 1), r"ce mois-ci": Relative("month", 0),
        r"l['’](?:année dernière|an dernier|année passée|an passé)": Relative("year", -1),
        r"l['’](?:année prochaine|an prochain)": Relative("year", 1), r"cette année": Relative("year", 0),
    },
    last=r"{}\s+(?:dernier|passé)",
    next=r"{}\s+prochain",
    this=r"(?:ce\s+)?(?<!le )(?<!les ){}(?!-là)",  # "le dimanche" is each of them
    seasons="printemps été automne hiver",
    about=r"(?:vers|environ|autour\s+de|aux\s+alentours\s+de)",
)  # fmt: skip
_SPANISH: Final = Language(
    months="enero|ene. febrero|feb. marzo abril|abr. mayo junio julio agosto septiembre|setiembre|sept. octubre|oct. noviembre|nov."
    " diciembre|dic.",
    weekdays="lunes martes miércoles jueves viernes sábado domingo",
    day=r"(?:el\s+)?(?P<day>[1-9]|[12]\d|3[01]|1[º°])",
    of=r"\s+(?:de\s+|del\s+)?",
    to=r"\s*(?:[-–—]|al|y|a)\s*",
    before_year=r"(?:en|desde|de|año|hasta|antes\s+de|después\s+de|finales\s+de|principios\s+de)",
    relative={
        "hoy": Relative("day", 0), "ayer": Relative("day", -1), "anteayer": Relative("day", -2),
        r"la semana pasada": Relative("week", -1), r"la (?:próxima semana|semana que viene)": Relative("week", 1),
        r"esta semana": Relative("week", 0), r"el mes pasado": Relative("month", -1),
        r"el (?:próximo mes|mes que viene)": Relative("month", 1), r"este mes": Relative("month", 0),
        r"el año pasado": Relative("year", -1), r"el (?:próximo año|año que viene)": Relative("year", 1),
        r"este año": Relative("year", 0),
    },
    last=r"(?:el\s+)?(?:pasado\s+{}|{}\s+pasado)",
    next=r"(?:el\s+)?(?:próximo\s+{}|{}\s+próximo)",
    this=r"(?:(?:el|este)\s+)?{}",
    seasons="primavera verano otoño invierno",
    about=r"(?:hacia|alrededor\s+de|cerca\s+de)",
)  # fmt: skip
_GERMAN: Final = Language(
    months="Januar|Jänner|Jan. Februar|Feb. März April|Apr. Mai Juni Juli August|Aug. September|Sept. Oktober|Okt. November|Nov."
    " Dezember|Dez.",
    weekdays="Montag Dienstag Mittwoch Donnerstag Freitag Samstag|Sonnabend Sonntag",
    day=r"(?P<day>[1-9]|[12]\d|3[01])\.",
    of=r"\s+",
    to=r"\s*(?:[-–—]|bis(?:\s+zum)?|und)\s*",
    before_year=r"(?:im\s+Jahre?|Jahre?|seit|Ende|Anfang|Mitte|vor|nach|bis)",
    relative={
        "heute": Relative("day", 0), "gestern": Relative("day", -1), "vorgestern": Relative("day", -2),
        r"(?:letzte|vergangene|vorige)r? Woche": Relative("week", -1), r"nächste[rn]? Woche": Relative("week", 1),
        r"diese[r]? Woche": Relative("week", 0), r"(?:letzten|vergangenen|vorigen) Monat": Relative("month", -1),
        r"nächsten Monat": Relative("month", 1), r"diesen Monat": Relative("month", 0),
        r"(?:letztes|vergangenes|voriges|letzten|vergangenen) Jahr": Relative("year", -1), r"nächstes Jahr": Relative("year", 1),
        r"(?:dieses|diesem) Jahr": Relative("year", 0),
    },
    last=r"(?:am\s+)?(?:letzten|vergangenen|vorigen)\s+{}",
    next=r"(?:am\s+)?(?:nächsten|kommenden)\s+{}",
    this=r"(?:(?:am|diesen)\s+)?{}",
    seasons="Frühling|Frühjahr Sommer Herbst Winter",
    about=r"(?:um|etwa|circa|ca\.)",
)  # fmt: skip
_ARABIC: Final = Language(
    months="يناير|كانون_الثاني|جانفي فبراير|شباط|فيفري مارس|آذار أبريل|ابريل|نيسان|أفريل مايو|أيار|ماي يونيو|حزيران|جوان"
    " يوليو|تموز|يوليوز|جويلية"
    " أغسطس|اغسطس|آب|غشت|أوت سبتمبر|أيلول|شتنبر أكتوبر|اكتوبر|تشرين_الأول نوفمبر|تشرين_الثاني|نونبر ديسمبر|كانون_الأول|دجنبر",
    weekdays="الاثنين|الإثنين الثلاثاء الأربعاء|الاربعاء الخميس الجمعة السبت الأحد|الاحد",
    day=r"(?P<day>[1-9]|[12]\d|3[01])",
    of=r"\s+(?:من\s+)?(?:شهر\s+)?",
    to=r"\s*(?:[-–—]|إلى|حتى|و)\s*",
    before_year=r"(?:عام|سنة|في\s+عام|منذ\s+عام|منذ)",
    relative={
        "اليوم": Relative("day", 0), "أمس": Relative("day", -1), "غدا": Relative("day", 1), "غداً": Relative("day", 1),
        r"الأسبوع الماضي": Relative("week", -1), r"الأسبوع (?:المقبل|القادم)": Relative("week", 1),
        r"هذا الأسبوع": Relative("week", 0), r"الشهر الماضي": Relative("month", -1),
        r"الشهر (?:المقبل|القادم)": Relative("month", 1), r"هذا الشهر": Relative("month", 0),
        r"(?:العام الماضي|السنة الماضية)": Relative("year", -1),
        r"(?:العام (?:المقبل|القادم)|السنة (?:المقبلة|القادمة))": Relative("year", 1),
        r"(?:هذا العام|هذه السنة)": Relative("year", 0),
    },
    last=r"(?:يوم\s+)?{}\s+الماضي",
    next=r"(?:يوم\s+)?{}\s+(?:المقبل|القادم)",
    this=r"(?:يوم\s+|هذا\s+){}",
    seasons="ربيع صيف خريف شتاء",
    about=r"(?:حوالي|نحو|قرابة)",
)  # fmt: skip
LANGUAGES: Final[Mapping[str, Language]] = {"fr": _FRENCH, "es": _SPANISH, "de": _GERMAN, "ar": _ARABIC}
_YEAR: Final = r"(?P<year>1\d{3}|20\d{2})(?!\d|[.,]\d)"
_DIGITS: Final = {first + digit: str(digit) for first in (0x660, 0x6F0) for digit in range(10)}  # of Arabic and Persian
# Words that each language has in almost every sentence, and the others seldom.
_COMMON: Final = {
    "en": re.compile(r"\b(?:the|and|of|that|was|with|for)\b"),
    "fr": re.compile(r"\b(?:les|des|une|dans|est|qui|pour|au|du)\b"),
    "es": re.compile(r"\b(?:los|las|una|que|por|con|del|para|el)\b"),
    "de": re.compile(r"\b(?:der|die|und|das|nicht|den|mit|ist|ein)\b"),
    "ar": re.compile(r"[\u0621-\u064a]{3,}"),
}
_KINDS: Final = ("days", "date", "month", "season", "about", "dated", "weekday", "rest")  # of mentions
_LOOKED_AT: Final = 5_000  # characters by which the language is recognised


def of(text: str) -> str:
    """Recognise which of these languages a text is in: "en" where none is clear."""
    part = text[:_LOOKED_AT].lower()
    counts = {language: len(words.findall(part)) for language, words in _COMMON.items()}
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] else "en"


def mentions(text: str, language: str) -> Iterator[tuple[int, int, str | Relative]]:
    """Yield the dates that a text mentions, in their order, as (start, end, EDTF or relative date)."""
    form, names = _form(language)
    for match in form.finditer(text.translate(_DIGITS)):
        kind = next(name for name in _KINDS if match[name] is not None)
        date = _read(match, kind, names)
        if date is not None:
            part = match.span("in_year") if kind == "dated" else match.span()
            yield *part, date


def _read(match: re.Match[str], kind: str, names: "_Names") -> str | Relative | None:
    parts = match.groupdict()
    match kind:
        case "days":
            year, month = parts["year1"] or "XXXX", names.months[_key(parts["month1"])]
            first, last = int(parts["first"].rstrip(".")), int(parts["last"].rstrip("."))
            return f"{year}-{month:02}-{first:02}/{year}-{month:02}-{last:02}" if first < last else None
        case "date":
            day = int(re.sub(r"\D.*", "", parts["day"]))
            return f"{parts['year2'] or 'XXXX'}-{names.months[_key(parts['month2'])]:02}-{day:02}"
        case "month" | "season" | "about" | "dated":
            return _without_day(parts, kind, names)
        case "weekday":
            which = next(name for name in ("last", "next", "this") if parts[f"{name}_weekday"])
            name = next(parts[f"{which}{at}"] for at in "12" if parts.get(f"{which}{at}"))
            return Relative("weekday", names.weekdays[_key(name)], words=which.replace("this", ""))
    return next(date for form, date in names.relative if form.fullmatch(parts["rest"]))


def _without_day(parts: Mapping[str, str], kind: str, names: "_Names") -> str:
    if kind == "month":
        return f"{parts['year3']}-{names.months[_key(parts['month3'])]:02}"
    if kind == "season":
        return f"{parts['year4']}-{names.seasons[_key(parts['season_name'])]}"
    return f"{parts['about_year']}~" if kind == "about" else parts["in_year"]


class _Names(NamedTuple):
    months: Mapping[str, int]
    weekdays: Mapping[str, int]
    seasons: Mapping[str, int]  # as EDTF numbers them
    relative: tuple[tuple[re.Pattern[str], Relative], ...]


def _key(name: str) -> str:
    return re.sub(r"\s+", " ", name).casefold()


@cache
def _form(language: str) -> tuple[re.Pattern[str], _Names]:
    """Return the pattern of all dates in a language, and the meaning of its names."""
    words = LANGUAGES[language]
    months, weekdays, seasons = _numbered(words.months, 1), _numbered(words.weekdays, 0), _numbered(words.seasons, 21)
    month, weekday = _any(months), _any(weekdays)
    first = words.day.replace("?P<day>", "?P<first>").rstrip("\\.").rstrip("\\")
    in_year = rf"(?:{words.of}(?:{words.before_year}\s+)?{_YEAR})"
    kinds = {
        "days": rf"{first}\.?{words.to}{words.day.replace('?P<day>', '?P<last>')}{words.of}(?P<month1>{month})"
        rf"{in_year.replace('<year>', '<year1>')}?",
        "date": rf"{words.day}{words.of}(?P<month2>{month}){in_year.replace('<year>', '<year2>')}?",
        "month": rf"(?P<month3>{month}){in_year.replace('<year>', '<year3>')}",
        "season": rf"(?P<season_name>{_any(seasons)}){in_year.replace('<year>', '<year4>')}",
        "about": rf"{words.about}\s+(?P<about_year>1[5-9]\d{{2}}|20\d{{2}})(?![\d%]|[.,]\d)",
        "dated": rf"{words.before_year}\s+(?P<in_year>1[5-9]\d{{2}}|20\d{{2}})(?![\d%]|[.,]\d)",
        "weekday": "|".join(
            f"(?P<{name}_weekday>{getattr(words, name).format(*(rf'(?P<{name}{at}>{weekday})' for at in '12'))})"
            for name in ("last", "next", "this")
        ),
        "rest": "|".join(words.relative),
    }
    pattern = "|".join(f"(?P<{kind}>{form})" for kind, form in kinds.items())
    relative = tuple((re.compile(form, re.I), date) for form, date in words.relative.items())
    return re.compile(rf"(?:(?<![\w./-])|(?<=\bmi-))(?:{pattern})(?!\w)", re.I), _Names(months, weekdays, seasons, relative)


def _numbered(names: str, first: int) -> dict[str, int]:
    return {
        name.replace("_", " ").casefold(): number for number, group in enumerate(names.split(), first) for name in group.split("|")
    }


def _any(names: Mapping[str, int]) -> str:
    return "|".join(re.escape(name).replace("\\ ", r"\s+") for name in sorted(names, key=len, reverse=True))
