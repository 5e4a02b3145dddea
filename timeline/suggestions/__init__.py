"""Suggest dates that a document mentions, each with its sentence, for a person to decide on. Nothing here records anything.

Owns what a suggestion holds. Only the standard library, dates and pendulum: no model, no download. `by_model` asks a model.
"""

import re
from collections import Counter
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


Reason = tuple[str, str]  # why a proposal was dropped: of one, and of several


class Suggestion(NamedTuple):
    """A date that a text mentions: its place and words, the date in EDTF if it is certain, and how it was read.

    `quote` is its sentence, as it is in the text, so that it can be cited. Places count code points. `actors` are people whom the
    sentence names and the timeline knows. If a model proposed it, `title` is the model's, `quote` the passage that it quoted, with
    a `prefix` if the text has those words twice, and `actors` are also those whom it named.
    """

    start: int
    end: int
    words: str
    date: str | None
    date_note: str | None
    quote: str
    quote_start: int
    actors: tuple[str, ...] = ()
    title: str | None = None
    prefix: str | None = None


class Suggestions(list[Suggestion]):
    """Suggestions in the order of the text: a list.

    `proposed` counts what a model proposed, None if none was asked; `dropped` counts what of it does not count, by reason;
    `not_quoted` are the names of people whom the model named and the quoted words do not.
    """

    def __init__(self, suggestions: Iterable[Suggestion] = (), proposed: int | None = None) -> None:
        super().__init__(suggestions)
        self.proposed = proposed
        self.dropped: Counter[Reason] = Counter()
        self.not_quoted: list[str] = []

    @property
    def summary(self) -> str:
        """The counts in words: "12 proposed, 3 dropped: 2 quotations not in the text, 1 date that is none"; "" without a model."""
        if self.proposed is None:
            return ""
        reasons = ", ".join(f"{count:,} {reason[count > 1]}" for reason, count in self.dropped.most_common())
        names = len(self.not_quoted)
        left_out = f"; {names:,} name{'' if names == 1 else 's'} left out, not in the quoted words" if names else ""
        return f"{self.proposed:,} proposed, {self.dropped.total():,} dropped{': ' if reasons else ''}{reasons}{left_out}"


def dates_in(text: str, published: str | None = None, language: str | None = None) -> Iterator[Suggestion]:
    """Yield the dates that a text mentions, in their order.

    `published` (EDTF) settles those that are relative to it. Without a `language` (BCP 47), it is recognised.
    """
    name = (language or "").partition("-")[0].lower() or other_languages.of(text)
    mentions = other_languages.mentions(text, name) if name in other_languages.LANGUAGES else english.mentions(text)
    for start, end, date in mentions:
        first, last = sentences.around(text, start, end)
        ahead = bool(_AHEAD.search(text, max(first, start - _NEAR), start))
        resolved = resolve(date, published, ahead=ahead)
        yield Suggestion(start, end, text[start:end], resolved.date, resolved.note, text[first:last], first)


def with_actors(suggestions: Iterable[Suggestion], names: Iterable[str]) -> Iterator[Suggestion]:
    """Add to each suggestion the names that its quotation has, letter for letter and as whole words."""
    suggestions = list(suggestions)
    text = "\n".join(one.quote for one in suggestions)
    present_names = sorted({name for name in names if len(name) >= _SHORTEST and name in text}, key=len, reverse=True)
    if not present_names:
        yield from suggestions
        return
    any_name = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, present_names))})(?!\w)")
    for one in suggestions:
        yield one._replace(actors=tuple(dict.fromkeys((*one.actors, *any_name.findall(one.quote)))))
