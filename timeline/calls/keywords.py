"""The keywords of calls: which were given, and what is said of one that a call does not have.

Owns `UNCHANGED`, which stands for a field that a correction leaves as it is. Must not know what any field means.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from timeline import bounds
from timeline.bounds import NAMED
from timeline.documents import of_document
from timeline.errors import (
    DocumentUnreadable,
    Fault,
    QuoteAmbiguous,
    QuoteNotFound,
    StatementInvalid,
    TimelineError,
    UnknownHappening,
    UnknownSource,
)
from timeline.shapes import not_a_field

P = ParamSpec("P")
R = TypeVar("R")
Others = Callable[[Any, Mapping[str, Any], Sequence[Fault]], Iterable[Fault]]


class Unchanged(Enum):
    """What stands for a field that a correction leaves as it is; None would empty it."""

    UNCHANGED = "unchanged"

    def __repr__(self) -> str:
        return self.name


UNCHANGED: Final = Unchanged.UNCHANGED
# Errors that may hide others.
_HIDING: Final = (DocumentUnreadable, StatementInvalid, QuoteNotFound, QuoteAmbiguous, UnknownSource, UnknownHappening)
_ARGUMENTS: Final = ("id", "reason", "expected_version", "within")  # which are no fields


def named(kind: str, others: Others | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Have a call refuse a keyword that it does not have, with the nearest that it has. Raises StatementInvalid.

    A field that is missing is None to the call, which says so of all fields at once. `kind` is what the first argument names;
    `others` lists the faults that the first ones may hide, from the call's arguments, and then all are told at once.
    """

    def decorated(call: Callable[P, R]) -> Callable[P, R]:
        parameters = inspect.signature(call).parameters.values()
        known = [one.name for one in parameters][1:]
        needed = [one.name for one in parameters if one.kind is one.KEYWORD_ONLY and one.default is one.empty]
        defaults = {one.name: None if one.default is one.empty else one.default for one in parameters}

        @wraps(call)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            given = {**dict(zip(known, args[1:], strict=False)), **kwargs}
            first: TimelineError | None = None
            if not (faults := _misspelt(known, given, kind)):
                for name in needed:
                    kwargs.setdefault(name, None)
                try:
                    return call(*args, **kwargs)
                except _HIDING as error:
                    first, faults = error, error.faults
                    if isinstance(error, DocumentUnreadable) and not faults:
                        faults = (of_document(error, file=given.get("text") is None),)
                    if others is None or not (faults or isinstance(error, UnknownHappening | UnknownSource)):
                        raise
            if others is not None:
                hidden = tuple(others(args[0], {**defaults, **_meant(known, given)}, faults))
                if first is not None and len(faults + hidden) <= max(1, len(faults)):
                    raise first
                faults += hidden
            raise (type(first) if first else StatementInvalid).in_fields(_subject(kind, given), faults) from None

        return checked

    return decorated


def _misspelt(known: Sequence[str], given: Mapping[str, Any], kind: str) -> tuple[Fault, ...]:
    """Give a fault for each keyword that there is not."""
    other = [name for name in given if name not in known]
    if other:
        bounds.refuse({name: value for name, value in given.items() if name not in _ARGUMENTS}, _subject(kind, given))
    return tuple(Fault(name[:NAMED], not_a_field(name, known), given[name]) for name in other)


def _meant(known: Sequence[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """Give the arguments as they were meant: a misspelt one counts as the nearest, so that it is not missed as well."""
    meant = {name: value for name, value in given.items() if name in known}
    for name in given:
        if name not in known and (near := get_close_matches(name[:NAMED], known, n=1)):
            meant.setdefault(near[0], given[name])
    return meant


def _subject(kind: str, given: Mapping[str, Any]) -> str:
    id = given.get("id")
    return f"{kind}/{id[:50]}" if isinstance(id, str) and id and kind in ("happening", "source") else kind


def given(arguments: Mapping[str, Any], names: Iterable[str], *, omitted: object = UNCHANGED) -> dict[str, Any]:
    """Take those of a call's arguments that are fields, without those that were left out."""
    return {name: arguments[name] for name in names if arguments[name] is not omitted}
