"""The citations of an import: a row as its file has it, and existing citations, each at its known place.

Owns which slice of a text can be quoted. Must not search for quotations.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from timeline.errors import StatementInvalid
from timeline.exchange.rows.row import Row
from timeline.model import Citation, DescribedCitation, PlacedCitation
from timeline.quotes.folding import SPACES

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")


def row_quotation(text: str, row: Row) -> tuple[int, str]:
    """Return the start and the words that a row's happening cites: the row's slice, without white space around it.

    No quotation may have control characters. If the row has any, its longest part without them is cited. Raises StatementInvalid
    if nothing is left.
    """
    raw, start = text[row.start : row.end], row.start
    if _CONTROL.search(raw):
        parts = [(match.start(), match[0]) for match in re.finditer(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+", raw)]
        at, raw = max(parts, key=lambda part: len(part[1].strip(SPACES)), default=(0, ""))
        start += at
    bare = raw.lstrip(SPACES)
    start += len(raw) - len(bare)
    if not bare.strip(SPACES):
        raise StatementInvalid("there are no words in it that could be cited")
    return start, bare.rstrip(SPACES)


def placed_citation(recorded: Mapping[str, Any]) -> Citation | DescribedCitation:
    """Make a citation of one in the log, at the same place."""
    if "description" in recorded:
        return DescribedCitation(**{name: recorded[name] for name in DescribedCitation.model_fields if name in recorded})
    fields = {name: recorded[name] for name in Citation.model_fields if name in recorded}
    return PlacedCitation(**fields, start_char=recorded["start_char"])
