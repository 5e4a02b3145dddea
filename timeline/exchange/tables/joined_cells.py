"""Several values in one cell of a table, and a cell that a spreadsheet might run: how they are written and read again.

Owns these two conventions, both ways. Must not know which columns there are.
"""

import re
from collections.abc import Iterable
from typing import Final

from timeline.exchange.exporting.losses import is_formula

_SIGNS: Final = frozenset(';"()')
_PART: Final = r'(?:"((?:[^"]|"")*+)"|([^;"()]*[^;"()\s]))'
_JOINED: Final = re.compile(rf"\s*{_PART}(?: *\({_PART}\))?\s*(?:;|\Z)")


def joined(values: Iterable[tuple[str, str | None]]) -> str:
    """Join values by semicolons, each with what is said of it in parentheses; one that holds such signs is in quotation marks."""
    return "; ".join(f"{_quoted(one)} ({_quoted(more)})" if more else _quoted(one) for one, more in values)


def parted(cell: str) -> list[tuple[str, str | None]]:
    """Part what was joined; what was not joined like that is parted at its semicolons."""
    found, at = list[tuple[str, str | None]](), 0
    while at < len(cell):
        one = _JOINED.match(cell, at)
        if one is None:
            return [(part.strip(), None) for part in cell.split(";") if part.strip()]
        quoted, plain, quoted_more, more = one.groups()
        name = plain if quoted is None else quoted.replace('""', '"')
        found.append((name, more if quoted_more is None else quoted_more.replace('""', '"')))
        at = one.end()
    return [(name, more or None) for name, more in found if name]


def unguarded(cell: str) -> str:
    """Give a cell as it was before an apostrophe was put before it."""
    return cell[1:] if cell[:1] == "'" and is_formula(cell[1:]) else cell


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if not _SIGNS.isdisjoint(text) or text != text.strip() else text
