"""Suggest dates that a document mentions, each with its sentence, for a person to decide on. Nothing here records anything.

Owns what a suggestion holds. Only the standard library, dates and pendulum: no model, no download.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from timeline.suggestions import english, other_languages, sentences
from timeline.suggestions.resolving import resolve

_AHEAD: Final = re.compile(
    r"\b(?:will|shall|would|scheduled|expected|expects?|plans?|planned|due|upcoming|set to|going to|to be|until|deadline|by)\b"
    r"|\beffective\b|['’]ll\b",
    re.I,
)
LANGUAGES: Final = ("en", *other_languages.LANGUAGES)
_SHORTEST: Final = 4  # characters of a name that is looked for
_NEAR: Final = 90  # characters before a date in which words that look ahead are searched


class Suggestion(NamedTuple):
    """A date that a text mentions: its place and words, the date in EDTF if it is certain, and how it was read.

    `quote` is its sentence, as it is in the text, so that it can be cited. Places count code points. `actors` are people whom the
    sentence names and the timeline knows.
    """

    start: int
    end: int
    words: str
    date: str | None
    date_note: str | None
    quote: str
    quote_start: int
    actors: tuple[str, ...] = ()


def dates_in(text: str, published: str | None = None, language: str | None = None) -> Iterator[Suggestion]:
    """Yield the dates that a text mentions, in their order.

    `published` (EDTF) settles those that are relative to it. Without a `language` (BCP 47), it is recognised.
    """
    name = (language or "").partition("-")[0].lower() or other_languages.of(text)
    found = other_languages.mentions(text, name) if name in other_languages.LANGUAGES else english.mentions(text)
    for start, end, date in found:
        first, last = sentences.around(text, start, end)
        ahead = bool(_AHEAD.search(text, max(first, start - _NEAR), start))
        resolved = resolve(date, published, ahead=ahead)
        yield Suggestion(start, end, text[start:end], resolved.date, resolved.note, text[first:last], first)


def with_actors(suggestions: Iterable[Suggestion], names: Iterable[str]) -> Iterator[Suggestion]:
    """Add to each suggestion the names that its sentence has, letter for letter and as whole words."""
    suggestions = list(suggestions)
    text = "\n".join(one.quote for one in suggestions)
    known = sorted({name for name in names if len(name) >= _SHORTEST and name in text}, key=len, reverse=True)
    if not known:
        yield from suggestions
        return
    any_name = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known))})(?!\w)")
    for one in suggestions:
        yield one._replace(actors=tuple(dict.fromkeys(any_name.findall(one.quote))))
