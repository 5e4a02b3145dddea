"""How an import cites: the row as it stands in the file, and citations that stand already, each at its known place.

Owns which slice of a text can be quoted. Must not look for quotations.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from timeline.errors import StatementInvalid
from timeline.exchange.importing.row import Row
from timeline.model import Citation, PlacedCitation
from timeline.quotes.folding import SPACES

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+")


def cited(text: str, row: Row) -> tuple[int, str]:
    """Give the start and the words of what a row's happening cites: its slice, without white space around it.

    A row with control characters in it, which no quotation may have, is cited by its longest part without. Raises
    StatementInvalid where nothing is left.
    """
    raw, start = text[row.start : row.end], row.start
    if _CONTROL.search(raw):
        parts = [(found.start(), found[0]) for found in re.finditer(r"[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]+", raw)]
        at, raw = max(parts, key=lambda part: len(part[1].strip(SPACES)), default=(0, ""))
        start += at
    bare = raw.lstrip(SPACES)
    start += len(raw) - len(bare)
    if not bare.strip(SPACES):
        raise StatementInvalid("there are no words in it that could be cited")
    return start, bare.rstrip(SPACES)


def placed(found: Mapping[str, Any]) -> Citation:
    """Make a citation of one that stands in the log, to be kept at its very place."""
    said = {name: found[name] for name in Citation.model_fields if name in found}
    return PlacedCitation(**said, start_char=found["start_char"])
