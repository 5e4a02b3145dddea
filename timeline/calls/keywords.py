"""The keywords of calls: which were given, and what is said of one that a call does not have.

Owns `UNCHANGED`, which stands for a field that a correction leaves as it is. Must not know what any field means.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from timeline import bounds
from timeline.bounds import NAMED
from timeline.errors import StatementInvalid
from timeline.shapes import not_a_field

P = ParamSpec("P")
R = TypeVar("R")


class Unchanged(Enum):
    """What stands for a field that a correction leaves as it is; None would empty it."""

    UNCHANGED = "unchanged"

    def __repr__(self) -> str:
        return self.name


UNCHANGED: Final = Unchanged.UNCHANGED
_ARGUMENTS: Final = ("id", "reason", "expected_version", "within")  # which are no fields


def named(kind: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Have a call refuse a keyword that it does not have, with the nearest that it has. Raises StatementInvalid.

    A field that is missing is None to the call, which says so of all fields at once. `kind` is what the first argument names.
    """

    def decorated(call: Callable[P, R]) -> Callable[P, R]:
        parameters = inspect.signature(call).parameters.values()
        known = [one.name for one in parameters][1:]
        needed = [one.name for one in parameters if one.kind is one.KEYWORD_ONLY and one.default is one.empty]

        @wraps(call)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            if other := [name for name in kwargs if name not in known]:
                id = next(iter(args[1:]), kwargs.get("id"))
                subject = f"{kind}/{id}" if isinstance(id, str) and id and kind in ("happening", "source") else kind
                bounds.refuse({name: value for name, value in kwargs.items() if name not in _ARGUMENTS}, subject)
                raise StatementInvalid.in_fields(subject, tuple((name[:NAMED], not_a_field(name, known)) for name in other))
            for name in needed:
                kwargs.setdefault(name, None)
            return call(*args, **kwargs)

        return checked

    return decorated


def given(arguments: Mapping[str, Any], names: Iterable[str], *, omitted: object = UNCHANGED) -> dict[str, Any]:
    """Take those of a call's arguments that are fields, without those that were left out."""
    return {name: arguments[name] for name in names if arguments[name] is not omitted}
