"""Suggest what to do where there is no command of the typed name: a similar command, or another way.

Owns which names are similar. Irreversible commands are never suggested. Must not run anything, nor read any file.
"""

from collections.abc import Iterable
from difflib import get_close_matches

_NEVER = {"redact"}
_ALIKE = 0.6  # of 1: how similar a command's name must be
_CORRECT = (
    "No event is ever changed. A correction is a further entry in a bundle: {correct: ID, …, reason: …}, then: timeline append"
    " FILE. In Python: timeline.correct(ID, …, reason=…)"
)
_RETRACT = (
    "No event is ever removed. A retraction is a further entry in a bundle: {retract: ID, reason: …}, then: timeline append FILE."
    " In Python: timeline.retract(ID, reason=…)"
)
_RECORD = "Write it into a bundle, and append that: timeline append FILE. In Python: timeline.record(ID, …)"
_HELP = "See: timeline -h, or timeline COMMAND -h"
_INSTEAD = {
    **dict.fromkeys(("correct", "edit", "change", "update", "amend", "set", "fix"), _CORRECT),
    **dict.fromkeys(("retract", "delete", "remove", "rm", "undo", "revert", "withdraw"), _RETRACT),
    **dict.fromkeys(("record", "add", "new", "create", "insert"), _RECORD),
    **dict.fromkeys(("find", "grep", "query"), "Did you mean search?"),
    **dict.fromkeys(("ls", "happenings"), "Did you mean list?"),
    "sources": "Did you mean: timeline list sources?",
    **dict.fromkeys(("cat", "get", "view", "read"), "Did you mean show?"),
    **dict.fromkeys(("start", "run", "web", "open", "browse"), "Did you mean serve?"),
    **dict.fromkeys(("check", "audit", "status", "validate"), "Did you mean verify?"),
    **dict.fromkeys(("blame", "versions"), "Did you mean history?"),
    **dict.fromkeys(("load", "quote", "fetch"), "Did you mean archive?"),
    "help": _HELP,
}


def instead(name: str, commands: Iterable[str]) -> str:
    """Advise what to do instead of a command that does not exist."""
    if name in _INSTEAD:
        return _INSTEAD[name]
    near = get_close_matches(name.lower(), [one for one in commands if one not in _NEVER], n=1, cutoff=_ALIKE)
    return f"Did you mean {near[0]}?" if near else _HELP
