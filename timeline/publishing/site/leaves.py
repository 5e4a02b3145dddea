"""The hashes of the log's events, from which a reader's browser computes any proof that the log only grew.

Owns the form of that file.
"""

import base64
import sqlite3

from timeline import merkle
from timeline.merkle import Note
from timeline.publishing.site.output import Output


def add(output: Output, connection: sqlite3.Connection, note: Note) -> None:
    """Write the hashes, each checkpoint that is stored by its size, and the one of this publication."""
    rows = connection.execute(f"select {merkle.COLUMNS} from events order by position")
    hashes = b"".join(merkle.leaf_hash(merkle.leaf(*row)) for row in rows)
    notes = {str(one.checkpoint.size): str(one.note) for one in merkle.checkpoints(connection)}
    origin = note.text.partition("\n")[0]
    value = {"origin": origin, "hashes": base64.b64encode(hashes).decode(), "notes": notes, "now": str(note)}
    output.add_data("leaves", value, versioned=False)
