"""A writer for shared.py: it appends without end, and notes each call in a file before it is made and after it was acknowledged.

    python tests/load/shared_writer.py URL NAME NOTES

Started again after it was killed, it repeats the call that it does not know the outcome of. A refused call is repeated until it
is acknowledged.
"""

import json
import os
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from timeline import Event, Timeline
from timeline.errors import DatabaseRefused

TEXT = "The harbour was closed on the fourth of May. Three boats were out."
QUOTES = ("The harbour was closed", "Three boats were out")


def call(timeline: Timeline, name: str, number: int) -> Sequence[Event]:
    """Make the call of a number: an archive, a record, a batch or a correction."""
    chance = random.Random(f"{name}-{number}")  # noqa: S311 - the same call each time
    cited = [{"source": "harbour", "quote": chance.choice(QUOTES)}]
    if number == 0:
        return [timeline.archive(text=TEXT, id="harbour", title="Harbour book").event]
    kind = chance.randrange(10)
    if kind == 0:
        return [timeline.archive(text=f"{TEXT} Page {name} {number}.", id=f"{name}-{number}", title="A page").event]
    if kind < 3:
        return timeline.append_many(
            {"id": f"{name}-{number}-{part}", "title": f"Part {part}", "date": "1912", "citations": cited} for part in range(12)
        )
    timeline.record(f"{name}-{number}", title="It closes", date="1912", citations=cited)
    if kind < 7:
        return [timeline.correct(f"{name}-{number}", title="It closed", reason=f"{name} {number}")]
    return [timeline.record(f"{name}-{number}", title="It closes", date="1912", citations=cited)]


def main() -> None:
    """Append until killed."""
    url, name, notes = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    lines = notes.read_bytes().splitlines() if notes.exists() else []
    number = max((json.loads(line)["call"] for line in lines if line.endswith(b"}")), default=0)
    with notes.open("ab", buffering=0) as file:
        file.write(b"\n")  # the last line may be half written
        while True:
            file.write(json.dumps({"call": number}).encode() + b"\n")
            try:
                with Timeline(url, by=name) as timeline:
                    while True:
                        events = [[one.position, one.stream, one.version] for one in call(timeline, name, number)]
                        file.write(json.dumps({"call": number, "events": events}).encode() + b"\n")
                        number += 1
                        file.write(json.dumps({"call": number}).encode() + b"\n")
            except DatabaseRefused as error:
                print(f"{name} {number}: {error}", file=sys.stderr, flush=True)
                time.sleep(0.2)
            if os.getppid() == 1:
                return


if __name__ == "__main__":
    main()
