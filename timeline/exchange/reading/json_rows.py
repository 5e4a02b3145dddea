"""JSON Lines: an object on each line, its keys the columns of a mapping. Must not open files."""

import json
import re

from timeline.exchange.reading import columns, mapping
from timeline.exchange.reading.row import ImportRefused, Read, Row


def read(text: str, **options: object) -> Read:
    """Read objects, one a line; a line that is none is refused, and the others are read. Options as for tables."""
    kept, bad, names = list[columns.Cells](), list[Row](), dict[str, None]()
    for number, found in enumerate(re.finditer(r"[^\r\n]*\S[^\r\n]*", text), start=1):
        try:
            said = json.loads(found[0])
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            bad.append(Row(number, *found.span(), refused="is not a JSON object"))
            continue
        cells = dict(columns.texts(said.items()))
        names.update(dict.fromkeys(cells))
        kept.append(columns.Cells(number, *found.span(), cells))
    if not kept:
        raise ImportRefused("holds no JSON object on any line. It is not JSON Lines")
    given = options.get("mapping")
    mapped = given if isinstance(given, mapping.Columns) else mapping.guess(list(names), str(options.get("name", "the file")))
    if absent := sorted(mapped.used() - names.keys()):
        raise ImportRefused(f'there is no key "{absent[0]}": there are {", ".join(names)[:300]}. Correct the mapping')
    notes = () if isinstance(given, mapping.Columns) else ("the keys were guessed:\n" + mapped.written(),)
    rows = sorted([*columns.rows(kept, mapped), *bad], key=lambda row: row.number)
    return Read(rows, None, notes)
