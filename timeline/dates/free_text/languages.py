"""Translate German, French, Spanish and Italian words about dates into English. `months` has the months.

Owns that table. Must not parse dates: unknown words stay as they are.
"""

import re
from typing import Final

_WEEKDAYS: Final = (
    r"(?:mon|diens|donners|frei|sams)tag|mittwoch|sonn(?:tag|abend)|mo|di|mi|do|fr|sa|so"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo"
    r"|luned[ìi]|marted[ìi]|mercoled[ìi]|gioved[ìi]|venerd[ìi]|sabato|domenica"
)
_ROMAN: Final = {"I": 1, "V": 5, "X": 10}
_TABLE: Final = tuple(
    (re.compile(form, re.I), english)
    for form, english in (
        (rf"^(?:{_WEEKDAYS})[.,]*\s+(?:(?:den|le|el|il)\s+)?(?=\d)", ""),
        (r"^(?:(?:am|im|den|dem|au|du|en|el|il|nel)\s+|l['’])(?=\d|\bjahre?\b|\w+\s+\d)", ""),
        (r"^vom\s+(?=\d)", ""),
        (r"^du\s+(?=\d.*\sau\s)", ""),
        (r"(?<=[\w.])\s+au\s+(?=\d)", " to "),
        (r"^(?:im\s+|in\s+)?jahre?\s+(?=\d)", ""),
        (r"\b(\d{1,2})\.\s*(?:jahrhunderts?|jh\.?|jhdt?\.?)", r"\1th century"),
        (r"\b(\d{1,2})(?:e|er|ème|eme)\s+si[èe]cle", r"\1th century"),
        (r"\b(\d{2,3}0)er(?:\s+jahren?)?\b", r"\1s"),
        (r"\b(?:ann[ée]es|a[ñn]os|anni|d[ée]cada\s+de)\s+(\d{3}0)\b", r"\1s"),
        (r"^(?:zwischen|tra|fra)\s+(?:dem\s+|il\s+)?(.+?)\s+(?:und|e)\s+(?:dem\s+|il\s+)?", r"between \1 and "),
        (r"^entre\s+(?:le\s+|el\s+)?(.+?)\s+(?:et|y|e)\s+(?:le\s+|el\s+)?", r"between \1 and "),
        (r"\b(?:anfang|d[ée]but|(?:a\s+)?principios|inizi?o?)\b(?:\s+(?:de[rsl]?|di|d['’]))?\s*", "early "),
        (r"\b(?:mitte|mi[- ]|mediados|met[àa]\b)(?:\s+(?:de[rsl]?|di)\b)?\s*", "mid "),
        (r"\b(?:ende|fin(?:ales|e)?)\b(?:\s+(?:de[rsl]?|di)\b)?\s*", "late "),
        (r"^(?:vor|avant|antes\s+del?|prima\s+del?)\s+(?:dem\s+|le\s+|el\s+)?", "before "),
        (r"^(?:nach|apr[èe]s|despu[ée]s\s+del?|dopo(?:\s+il)?)\s+(?:dem\s+|le\s+|el\s+)?", "after "),
        (r"^(?:seit|ab|depuis|desde|dal)\s+(?:dem\s+|le\s+|el\s+)?", "since "),
        (r"^(?:bis|jusqu['’](?:en|au)|hasta|fino\s+al?)\s+(?:zum\s+|le\s+|el\s+)?", "until "),
        (r"\s+(?:oder|ou|oppure)\s+", " or "),
        (r"(?<=\w)\.?\s+(?:und|et|y|e)\s+(?=\d)", " and "),
        (r"^(?:etwa|ungef[äa]hr|gegen|environ|hacia|verso(?:\s+il)?|intorno\s+al)\s+", "circa "),
        (r"\b(?:fr[üu]hjahr|fr[üu]hling|printemps|primavera)\b(?:\s+del?)?", "spring"),
        (r"\b(?:sommer|[ée]t[ée]|verano|estate)\b(?:\s+del?)?", "summer"),
        (r"\b(?:herbst|automne|oto[ñn]o|autunno)\b(?:\s+del?)?", "autumn"),
        (r"\b(?:hiver|invierno|inverno)\b(?:\s+del?)?", "winter"),
        (r"\b(?:unbekannt|inconnue?|desconocid[ao]|ignot[ao]|sconosciut[ao]|sans\s+date|ohne\s+datum|sin\s+fecha)\b", "unknown"),
        (r"\b(?:heute|aujourd['’]hui|oggi)$", "present"),
        (r"\b(?:vor\s+christus|vor\s+chr\.?)", "BC"),
    )
)
_CENTURY: Final = re.compile(r"(?:\b(?P<one>[IVX]{1,5})(?:e|er|ème)?\s+(?:si[èe]cle|secolo)|\bsiglo\s+(?P<two>[IVX]{1,5}))\b", re.I)


def english(words: str) -> str:
    """Translate the known words into English; Roman numerals of a century become numbers."""
    translated = _CENTURY.sub(lambda one: f"{_number((one['one'] or one['two']).upper())}th century", words)
    for form, replacement in _TABLE:
        translated = form.sub(replacement, translated)
    return " ".join(translated.split())


def _number(roman: str) -> int:
    values = [_ROMAN[letter] for letter in roman]
    return sum(-value if value < max(values[at:]) else value for at, value in enumerate(values))
