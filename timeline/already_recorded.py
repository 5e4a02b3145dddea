"""The error for a statement that differs from the one that is recorded under the same id.

Owns how two statements are compared for a person. Must not read the log.
"""

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from timeline.errors import AlreadyRecorded
from timeline.log.event import Event

PLACE = frozenset(("prefix", "suffix", "start_char", "end_char", "grade", "sha256", "text_sha256"))  # of a quotation
"""The fields of a citation that say where it was found. A person does not give them."""
_SHOWN, _MAX_DIFFERENCES = 60, 5  # characters of a text, and the number of differences, in a message


def already_recorded(subject: str, first: Event, statement: Mapping[str, Any]) -> AlreadyRecorded:
    """Return the error for a statement that differs from the existing one with the same id."""
    existing = first.payload.get("statement", {})
    if "sha256" in statement and existing.get("sha256") != statement["sha256"]:
        reason = (
            f"is not the document that was archived under this id (SHA-256 was {existing.get('sha256', '?')[:12]}…, is"
            f" {statement['sha256'][:12]}…). Restore that file, or archive this one under an id of its own"
        )
        error = AlreadyRecorded.in_fields(subject, (("file", reason),))
        error.differences = (("file", "the document is another"),)
        return error
    differences = tuple(_differences("", existing, statement))
    more = len(differences) - _MAX_DIFFERENCES
    shown = "; ".join([*(words for _, words in differences[:_MAX_DIFFERENCES]), *([f"and {more} more"] if more > 0 else [])])
    verb = "correct_source" if "sha256" in statement else "correct"
    reason = (
        f"taken at version 1 by another statement ({shown}). If it is the same one, {verb} it in another entry, and leave this"
        " one as it was; if not, choose another id"
    )
    error = AlreadyRecorded.in_fields(subject, (("id", reason),))
    error.differences = differences
    return error


def _differences(path: str, was: object, now: object) -> Iterator[tuple[str, str]]:
    """Yield the differences between two statements: dotted path and words. Places of quotations are not compared."""
    if was == now:
        return
    if isinstance(was, dict) and isinstance(now, dict):
        compared = (was.keys() | now.keys()) - (PLACE if "stance" in was else frozenset())
        names = sorted(compared, key=lambda name: (isinstance(was.get(name, now.get(name)), list), name))
        lines = [one for name in names for one in _differences(f"{path}.{name}", was.get(name), now.get(name))]
        yield from lines or [(path.lstrip("."), f"{path.lstrip('.')}: the same words at another place")]
    elif isinstance(was, list | None) and isinstance(now, list | None):
        for number, (one, other) in enumerate(zip_longest(was or (), now or ()), start=1):
            yield from _differences(f"{path}.{number}", one, other)
    else:
        before, after = _shortened(_shown_value(was), _shown_value(now))
        yield path.lstrip("."), f"{path.lstrip('.')} was {before}, is {after}"


def _shown_value(value: object) -> str:
    """Return a value for a message: of a citation its words, of an actor the name."""
    if isinstance(value, dict):
        value = next((value[name] for name in ("quote", "description", "name", "other") if name in value), None)
    return "not given" if value is None else str(value)


def _shortened(*texts: str) -> Iterator[str]:
    """Cut texts so that their first difference stays visible."""
    same = next((at for at, letters in enumerate(zip_longest(*texts)) if len(set(letters)) > 1), 0)
    begin = same - 15 if max(map(len, texts)) > _SHOWN and same > 25 else 0
    for text in texts:
        cut = text[begin : begin + _SHOWN]
        yield f"{'…' if begin else ''}{cut}{'…' if begin + _SHOWN < len(text) else ''}"
