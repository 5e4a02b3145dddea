"""The data of a site: what the server knows of each happening, as files for the page of the timeline.

Owns the form of these files. Each version of a happening is a row, known from one position of the log until another; the rows are
in the order of time, and what is long about them is in files cut by time. Must not choose what is shown.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from timeline import dates
from timeline.errors import DateInvalid
from timeline.reading import wording
from timeline.selection import conditions, sql, values
from timeline.selection import state as states
from timeline.selection.snapshot import Snapshot
from timeline.web.drawing import happenings as drawn
from timeline.web.drawing import shape
from timeline.web.pages import date_wording

LABELS, CARDS, ARTICLES = 400, 40, 20  # rows of a file
WORDS = 40_000  # characters of a file of the search index
_COLUMN = 100_000  # words of one column of a happening, at most
_FOLDED: Final = "folded"
_MILLISECONDS: Final = 600_000
# The bits of a row.
DISPUTED, CORRECTED, CLAIMED, SINGLE = 1, 2, 4, 8
_ROWS: Final = (
    "select id, date, earliest_day, latest_day, near_earliest_day, near_latest_day, day_second, year, kind, place, part_of,"
    " attributed_to, status, sources, citations, version, position, review, began, lasted,"
    f" {conditions.MARKS['corrected']} as corrected, substr(title, 1, {drawn.LONGEST_TITLE + 1}) as title,"
    " exists (select 1 from citations where happening = happenings.id and stance = 'disputes') as disputed from happenings"
)
_OF: Final = {
    "actor": "select happening, actor as value from happening_actors",
    "tag": "select happening, tag as value from happening_tags",
    "source": "select distinct happening, source as value from citations",
}
_PLAIN: Final = {"kind": "kind", "place": "place", "status": "status", "review": "review", "part": "part_of"}
_CHANGED: Final = (
    "select stream, position from events where stream in (select stream from events where stream like 'happening/%'"
    " group by stream having count(*) > 1) order by stream, position"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One state of a happening: known from a position on, until another, or to this day (0)."""

    id: str
    since: int
    until: int
    columns: Mapping[str, Any]
    facets: Mapping[str, Sequence[str]]

    @property
    def key(self) -> tuple[Any, ...]:
        """The place in time."""
        given = self.columns
        return given["began"], given["day_second"], given["lasted"], given["date"] or "", self.id, self.since


def read(connection: sqlite3.Connection) -> list[Row]:
    """Read all rows in the order of time: the states of now, and those that were replaced."""
    connection.row_factory = sqlite3.Row
    dates.register(connection)
    sql.register(connection)
    now = Snapshot(connection, None, _MILLISECONDS)
    changed: dict[str, list[int]] = defaultdict(list)
    for stream, position in connection.execute(_CHANGED):
        changed[stream.partition("/")[2]].append(position)
    facets = {facet: _by_happening(now.rows(f"select * from ({query})", {})) for facet, query in _OF.items()}
    rows = [
        Row(row["id"], changed[row["id"]][-1] if row["id"] in changed else row["position"], 0, dict(row),
            {facet: of.get(row["id"], ()) for facet, of in facets.items()})
        for row in now.rows(_ROWS, {})
    ]  # fmt: skip
    return sorted([*rows, *_earlier(now, changed)], key=lambda row: row.key)


def _earlier(now: Snapshot, changed: Mapping[str, Sequence[int]]) -> Iterator[Row]:
    for id_, positions in changed.items():
        for since, until in pairwise(positions):
            then = now.at(since)
            for row in then.rows(f"{_ROWS} where id = :id", {"id": id_}):
                facets = {
                    facet: [one["value"] for one in then.rows(f"select * from ({query}) where happening = :id", {"id": id_})]
                    for facet, query in _OF.items()
                }
                yield Row(id_, since, until, dict(row), facets)


def _by_happening(rows: Sequence[sqlite3.Row]) -> dict[str, list[str]]:
    result: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        result[row["happening"]].append(row["value"])
    return result


class _Numbers:
    """Numbers for values, in the order in which they come; 0 is none."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {}

    def of(self, value: str | None) -> int:
        return 0 if value is None else self.values.setdefault(value, len(self.values) + 1)

    def all(self) -> list[str | None]:
        return [None, *self.values]


def index(connection: sqlite3.Connection, rows: Sequence[Row]) -> dict[str, Any]:
    """Return what is needed to choose and count happenings: columns of the rows, and the values in them."""
    named = {name: _Numbers() for name in ("date", *_PLAIN, *_OF)}
    flags = [
        DISPUTED * bool(row.columns["disputed"])
        + CORRECTED * bool(row.columns["corrected"])
        + CLAIMED * (row.columns["attributed_to"] is not None)
        + SINGLE * (row.columns["sources"] == 1)
        for row in rows
    ]
    columns = {
        "id": [row.id for row in rows],
        "since": [row.since for row in rows],
        "until": [row.until for row in rows],
        "position": [row.columns["position"] for row in rows],
        "flags": flags,
        "sources": [row.columns["sources"] for row in rows],
        "citations": [row.columns["citations"] for row in rows],
        "second": [row.columns["day_second"] or 0 for row in rows],
        "date": [named["date"].of(row.columns["date"]) for row in rows],
        **{name: [named[name].of(row.columns[column]) for row in rows] for name, column in _PLAIN.items()},
        **{name: [[named[name].of(value) for value in row.facets[name]] for row in rows] for name in _OF},
    }
    names = {table: dict(connection.execute(f"select id, {column} from {table}")) for table, column in
             (("actors", "name"), ("sources", "title"))}  # fmt: skip
    return {
        "columns": columns,
        "dates": [_date(text) for text in named["date"].all()],
        "values": {name: named[name].all() for name in named if name != "date"},
        "labels": {
            "actor": [None, *(names["actors"].get(value) or value for value in named["actor"].values)],
            "source": [None, *(names["sources"].get(value) or value for value in named["source"].values)],
            "mark": states.MARKS,
            "review": states.REVIEWS,
        },
        "reviewed": bool(connection.execute("select 1 from reviews limit 1").fetchone()),
        "kinds": [one.value for one in values.of_all(Snapshot(connection, None, _MILLISECONDS))["kind"].listed[:6]],
    }


def _date(text: str | None) -> dict[str, Any] | None:
    """Return a date as the page needs it: its shape in the drawing, and the days and seconds that it allows."""
    if text is None:
        return None
    try:
        date = dates.parse(text)
    except DateInvalid:
        return None
    year = date.earliest_day if date.earliest_day is not None else date.latest_day
    allowed: dict[str, Any] = {"days": [date.earliest_day, date.latest_day]}
    if (date.near_earliest_day, date.near_latest_day) != (date.earliest_day, date.latest_day):
        allowed["near"] = [date.near_earliest_day, date.near_latest_day]
    if date.timed:
        allowed["seconds"] = [date.earliest_second, date.latest_second]
        allowed["nearSeconds"] = [date.near_earliest_second, date.near_latest_second]
    return {"shape": shape.of_text(text), "year": None if year is None else dates.civil(year)[0], **allowed}


def labels(rows: Sequence[Row]) -> list[list[str]]:
    """Return the titles as the drawing writes them, cut by time."""
    written = [_label(row) for row in rows]
    return [written[at : at + LABELS] for at in range(0, len(written), LABELS)]


def _label(row: Row) -> str:
    title = wording.label(row.columns["title"], row.columns["attributed_to"], row.id)
    longest = drawn.LONGEST_TITLE
    return title if len(title) <= longest else title[:longest].rstrip() + "…"


def search(connection: sqlite3.Connection) -> list[tuple[str, dict[str, list[int]]]]:
    """Return the search index as the database has it, cut by the alphabet: the first word of each part, and the part.

    A word has, for each happening by the negated position of its version, the places of the word in it.
    """
    for name in ("happenings_fts", "happening_versions_fts"):
        connection.execute(f"create virtual table temp.words_of_{name} using fts5vocab(main, {name}, instance)")
    both = "select * from words_of_happenings_fts union all select * from words_of_happening_versions_fts"
    connection.execute(f"create temp view vocabulary as {both}")
    numbers = {name: number for number, name in enumerate(("title", "summary", "place", "people", "quotations", _FOLDED))}
    plain: dict[int, set[str]] = defaultdict(set)
    folded: dict[int, set[str]] = defaultdict(set)
    for term, doc, column in connection.execute("select distinct term, doc, col from temp.vocabulary"):
        (folded if column == _FOLDED else plain)[doc].add(term)
    needed = {doc for doc, terms in folded.items() if not terms <= plain[doc]}
    parts: list[tuple[str, dict[str, list[int]]]] = []
    part: dict[str, list[int]] = {}
    size = 0
    last: tuple[str, int] = "", 0
    for term, doc, column, offset in connection.execute(
        "select term, doc, col, offset from temp.vocabulary order by term, doc, col, offset"
    ):
        if column == _FOLDED and doc not in needed:
            continue
        if term not in part and (size > WORDS or not parts):
            part, size = {}, 0
            parts.append((term, part))
        entry = part.setdefault(term, [])
        if (term, doc) != last:
            entry.append(-doc)
            size += 8
        last = term, doc
        entry.append(numbers[column] * _COLUMN + offset)
        size += 5
    connection.execute("drop view temp.vocabulary")
    for name in ("happenings_fts", "happening_versions_fts"):
        connection.execute(f"drop table temp.words_of_{name}")
    return parts


def log(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return when each event was recorded, and that in words."""
    times = [at for (at,) in connection.execute("select recorded_at from events order by position")]
    return {"at": times, "words": [date_wording.recording_time(at) for at in times]}
