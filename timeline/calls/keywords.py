"""Check the keywords of calls, and collect those that are fields.

Owns the error for an unknown keyword, and `UNCHANGED`, the default of fields that a correction does not change. Must not know the
meaning of any field.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from timeline import size_limits
from timeline.documents.document import of_document
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
from timeline.misshapen_input import not_a_field
from timeline.size_limits import NAMED

P = ParamSpec("P")
R = TypeVar("R")
Others = Callable[[Any, Mapping[str, Any], Sequence[Fault]], Iterable[Fault]]


class Unchanged(Enum):
    """The default of a field that a correction does not change; None would empty it."""

    UNCHANGED = "unchanged"

    def __repr__(self) -> str:
        return self.name


UNCHANGED: Final = Unchanged.UNCHANGED
# Errors that may hide others.
_HIDING: Final = (DocumentUnreadable, StatementInvalid, QuoteNotFound, QuoteAmbiguous, UnknownSource, UnknownHappening)
_ARGUMENTS: Final = ("id", "reason", "expected_version", "within")  # parameters that are not fields


def named(kind: str, others: Others | None = None) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a call to refuse unknown keywords, with the nearest known one. Raises StatementInvalid.

    The call receives None for a missing field, so that it reports all of them at once. `kind` is the kind of thing that the first
    argument names. `others` yields the faults that the first error may hide, from the call's arguments; all are raised together.
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
                hidden = tuple(others(args[0], {**defaults, **_corrected(known, given)}, faults))
                if first is not None and len(faults + hidden) <= max(1, len(faults)):
                    raise first
                faults += hidden
            raise (type(first) if first else StatementInvalid).in_fields(_subject(kind, given), faults) from None

        return checked

    return decorated


def _misspelt(known: Sequence[str], given: Mapping[str, Any], kind: str) -> tuple[Fault, ...]:
    """Return a fault for each unknown keyword."""
    unknown = [name for name in given if name not in known]
    if unknown:
        size_limits.refuse({name: value for name, value in given.items() if name not in _ARGUMENTS}, _subject(kind, given))
    return tuple(Fault(name[:NAMED], not_a_field(name, known), given[name]) for name in unknown)


def _corrected(known: Sequence[str], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments with misspelt keywords replaced by the nearest, so that those are not reported as missing too."""
    corrected = {name: value for name, value in given.items() if name in known}
    for name in given:
        if name not in known and (near := get_close_matches(name[:NAMED], known, n=1)):
            corrected.setdefault(near[0], given[name])
    return corrected


def _subject(kind: str, given: Mapping[str, Any]) -> str:
    id = given.get("id")
    return f"{kind}/{id[:50]}" if isinstance(id, str) and id and kind in ("happening", "source") else kind


def given(arguments: Mapping[str, Any], names: Iterable[str], *, omitted: object = UNCHANGED) -> dict[str, Any]:
    """Return those of a call's arguments that are fields, without omitted ones."""
    return {name: arguments[name] for name in names if arguments[name] is not omitted}
