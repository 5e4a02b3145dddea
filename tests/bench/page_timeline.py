"""Build timelines of any size for tests/bench/page.py, from the happenings of every day of the year.

Owns what the benchmark's happenings look like. The same number gives the same happenings, in the same order; past the number of
rows they come again, 37 years earlier each time. Must not measure.
"""

import json
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date as Date
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from timeline import Timeline
from timeline.actors import actor_id
from timeline.errors import DatabaseRefused

DATA = Path(__file__).parents[3] / "shared" / "data" / "on-this-day" / "events.jsonl"
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]
KINDS = {
    "war": ("battle", "war"),
    "politics": ("treaty", "independence", "president", "parliament"),
    "flight": ("flight", "space", "rocket"),
    "disaster": ("earthquake", "hurricane", "volcano"),
    "founding": ("founded", "opens"),
}
CHUNK = 10_000
EARLIER = 37  # years, each time the rows come again
CORRECTED = 100  # one happening in so many is corrected, after all were recorded
STRIDE = 7_919  # a prime: any count of happenings is spread over the whole year


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the data, as far as a happening needs it; the year is astronomical."""

    number: int
    year: int
    month: int
    day: int
    description: str
    quote: str
    actors: tuple[str, ...]
    kind: str

    @property
    def page(self) -> str:
        """The source that holds it: the page of its calendar day."""
        return f"otd-{self.month:02}-{self.day:02}"


def clean(text: str) -> str:
    """Make one line of a text, without control characters."""
    return " ".join("".join(" " if unicodedata.category(c) in ("Cc", "Cf") else c for c in text).split())


def astronomical(text: str) -> int | None:
    """Read the leading number and era of a year, whatever follows; None where there is none. 153 BC is -152."""
    match = re.match(r"\s*(?:AD\s*)?(\d{1,4})\b\s*(BC)?", text)
    return None if match is None else 1 - int(match[1]) if match[2] else int(match[1])


def shorten(text: str, limit: int) -> str:
    """Cut a text to a limit, at the end of a word."""
    if len(text) <= limit:
        return text
    space = text.rfind(" ", 1, limit + 1)
    return text[: space if space > 0 else limit].rstrip()


def kind_of(description: str) -> str:
    """Guess a kind by its first telling word."""
    words = description.lower()
    return next((kind for kind, told in KINDS.items() if any(re.search(rf"\b{word}s?\b", words) for word in told)), "event")


def actors_of(links: list[str | None]) -> tuple[str, ...]:
    """Take the first two that differ."""
    names = {actor_id(name): name for name in map(clean, filter(None, links)) if name}
    return tuple(names.values())[:2]


def read() -> tuple[list[Row], dict[str, str], int]:
    """Read the rows, the text of each day's page, and the count of rows left out: no year, or no quotation of their own."""
    said = [json.loads(line) for line in DATA.read_text(encoding="utf-8").splitlines()]
    described = [clean(row["description"] or "") for row in said]
    lines: dict[str, list[str]] = defaultdict(list)
    for row, description in zip(said, described, strict=True):
        lines[f"otd-{row['month']:02}-{row['day']:02}"].append(description)
    pages = {page: "\n".join(texts) + "\n" for page, texts in sorted(lines.items())}
    rows = []
    for number, (row, description) in enumerate(zip(said, described, strict=True)):
        text = pages[f"otd-{row['month']:02}-{row['day']:02}"]
        year = astronomical(str(row["year"]))
        quote = next((q for q in (shorten(description, 80), description) if q and text.count(q) == 1), None)
        if year is not None and quote:
            names, kind = actors_of(row["links"] or []), kind_of(description)
            rows.append(Row(number, year, row["month"], row["day"], description, quote, names, kind))
    return rows, pages, len(said) - len(rows)


def written(year: int, month: int, day: int, n: int) -> str:
    """Write a date in EDTF: a day mostly; some are years, intervals or open-ended. 29 February is a month where there was none."""
    stated = f"{'-' if year < 0 else ''}{abs(year):04}"
    if n % 500 == 499:
        return f"{stated}/.."
    if n % 40 == 39:
        return stated
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if (month, day) == (2, 29) and not leap:
        return f"{stated}-02"
    first = f"{stated}-{month:02}-{day:02}"
    if n % 60 == 59:
        last = Date(2000 + year % 400, month, day) + timedelta(days=2 + n % 25)
        until = year + last.year - (2000 + year % 400)
        return f"{first}/{'-' if until < 0 else ''}{abs(until):04}-{last.month:02}-{last.day:02}"
    return first


def happening(row: Row, n: int, again: int) -> dict[str, Any]:
    """Make the happening of a row, as an entry of a bundle."""
    entry: dict[str, Any] = {
        "id": f"otd-{row.number}-{again}",
        "title": shorten(row.description, 200),
        "date": written(row.year - again * EARLIER, row.month, row.day, n),
        "kind": row.kind,
        "actors": list(row.actors),
        "tags": [MONTHS[row.month - 1]],
        "citations": [{"source": row.page, "quote": row.quote}],
    }
    if n % 25 == 24:
        entry["attributed_to"] = "Wikipedia"
    return entry


def happenings(rows: list[Row], count: int) -> Iterator[dict[str, Any]]:
    """Make so many happenings, in chunks that go through the pages in order."""
    for start in range(0, count, CHUNK):
        numbered = []
        for n in range(start, min(start + CHUNK, count)):
            again, place = divmod(n, len(rows))
            numbered.append((place * STRIDE % len(rows), n, again))
        yield from (happening(rows[place], n, again) for place, n, again in sorted(numbered))


def corrections(entries: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Correct one happening in CORRECTED, as entries of a bundle: its title, and its kind."""
    for entry in islice(entries, 0, None, CORRECTED):
        yield {"correct": entry["id"], "title": f"{entry['title'][:180]} (revised)", "kind": "revised", "reason": "It was revised"}


def build(path: Path, count: int) -> None:
    """Build a timeline of so many happenings at a path, telling how far it is. The file is there when it is whole."""
    rows, pages, left_out = read()
    part = path.with_suffix(".part")
    for old in path.parent.glob(f"{part.name}*"):
        old.unlink()
    tell(f"{path}: {count:,} happenings from {len(rows):,} rows; {left_out} rows left out\n")
    with Timeline(part, by="tests/bench/page.py") as timeline:
        timeline.append_many(
            {"source": {"id": page, "title": f"On this day: {MONTHS[int(page[4:6]) - 1]} {int(page[7:])}", "text": text}}
            for page, text in pages.items()
        )
        chunk: list[dict[str, Any]] = []
        for done, entry in enumerate(happenings(rows, count), start=1):
            chunk.append(entry)
            if len(chunk) == CHUNK or done == count:
                timeline.append_many(chunk)
                chunk.clear()
                tell(f"\r{path}: {done:,} of {count:,}")
        timeline.append_many(corrections(happenings(rows, count)))
    tell("\n")
    part.rename(path)


def kept(folder: Path, count: int) -> Path:
    """Find the timeline of so many happenings in a folder; build it, or its read tables, where that is needed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{count}.db"
    if not path.exists():
        build(path, count)
        return path
    try:
        Timeline(path).close()
    except DatabaseRefused:
        tell(f"{path}: rebuilding its read tables\n")
        with Timeline(path, rebuilding=True) as timeline:
            timeline.rebuild()
    return path


def tell(text: str) -> None:
    """Tell how far it is, apart from the results."""
    sys.stderr.write(text)
    sys.stderr.flush()
