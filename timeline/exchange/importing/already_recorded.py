"""A row that brings the id it had in the timeline that wrote the file, where a happening has that id: it is not recorded again.

Owns what is then told. Must not append, nor correct: what stands rests on its own citations, and a person decides.
"""

from collections.abc import Mapping
from typing import Any, Final

from timeline.errors import Sentence
from timeline.exchange.importing.outcome import Outcome
from timeline.log import Event
from timeline.shortening import shortened
from timeline.statements import Statement

REDACTED: Final = "{} was redacted, and is not put back"
DIFFERS: Final = 'stands as "{}", the file says "{}": kept. Correct it if the file is right'
_TOLD: Final = 60


def keep(outcome: Outcome, last: Event, said: Mapping[str, Any]) -> None:
    """Leave what stands as it is, and tell what the file says otherwise; refuse the row where it tells of something else."""
    stands: Statement = last.payload.get("statement", {})
    if last.data is None:
        outcome.remarks.append(("", Sentence(REDACTED, outcome.stream)))
        return
    if all(stands.get(name) != said.get(name) for name in ("title", "date")):
        taken = 'its id is taken by another happening ("{}", {}). Give the row another id'
        outcome.refuse(Sentence(taken, _told(stands.get("title")), stands.get("date")))
        return
    outcome.remarks.append(("", "stands here already, under the id that the file gives it: nothing is added"))
    if last.type == "HappeningRetracted":
        outcome.remarks.append(("", "was retracted here, and stays so"))
    outcome.remarks += [
        (name, Sentence(DIFFERS, _told(stands.get(name)), _told(value)))
        for name, value in said.items()
        if stands.get(name) != value
    ]


def _told(value: object) -> str:
    """Write a value in a line."""
    if value is None:
        return ""
    if isinstance(value, list):
        value = "; ".join(" ".join(map(str, one.values())) if isinstance(one, dict) else str(one) for one in value)
    text = " ".join(str(value).split())
    return shortened(text, _TOLD)
