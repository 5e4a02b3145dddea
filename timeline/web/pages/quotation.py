"""A quotation as a page shows it: the words, their source, how well they were found, and which way they speak.

Owns the reading of citations, from a snapshot.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

from datasette.app import Datasette

from timeline.exchange.writing import saying
from timeline.exchange.writing.record import DATA, PAGES
from timeline.extractors import NOT_COMPARED, is_as_given
from timeline.selection.snapshot import EACH, Snapshot
from timeline.web import links
from timeline.web.pages import at_source, when

# Whether words repeat is looked for in texts of so many characters, and for so many quotations of a page; of others it is assumed.
LONGEST_SEARCHED, MOST_SEARCHED = 300_000, 200
_TEXT = "select text from sources join source_texts on source_texts.source = sources.id where id = :id and characters <= :longest"
_OF_THESE = "citations.happening in (select value from json_each(:happenings))"


@dataclass(frozen=True)
class Quotation:
    """One citation, ready to be drawn."""

    number: int
    quote: str
    prefix: str
    suffix: str
    start: int
    end: int
    grade: str
    stance: str
    supports: str | None
    source: str
    source_title: str
    source_notes: tuple[str, ...]
    language: str | None
    address: str
    cut: bool = False
    page: int | None = None
    at_source: str | None = None
    is_entry: bool = False  # of a table or another file of entries: evidence, and no prose
    text_note: str | None = None  # where nobody compared the text of its source with the document

    @property
    def disputes(self) -> bool:
        """Whether it speaks against the happening."""
        return self.stance == "disputes"

    @property
    def before(self) -> str:
        """What stands before it, from the beginning of a word."""
        if len(self.prefix) == self.start:
            return self.prefix
        return "… " + re.sub(r"^\w+(?=\s)", "", self.prefix).lstrip()

    @property
    def after(self) -> str:
        """What stands after it, to the end of a word."""
        return re.sub(r"(?<=\s)\w+$", "", self.suffix).rstrip() + " …"

    @property
    def direction(self) -> str:
        """Which way it runs, whatever stands around it: as its first letter does."""
        strong = (unicodedata.bidirectional(c) for c in self.quote[:200])
        return next(("ltr" if kind == "L" else "rtl" for kind in strong if kind in ("L", "R", "AL")), "auto")

    @property
    def grade_note(self) -> str | None:
        """How it was found, where the words are not letter for letter those of the text."""
        return None if self.grade == "exact" else saying.GRADES.get(self.grade, self.grade)


def of_happenings(
    datasette: Datasette, database: str, snapshot: Snapshot, happenings: Iterable[str], most: int | None, longest: int
) -> dict[str, list[Quotation]]:
    """Read the quotations of happenings: up to `most` for each and all that dispute, each cut to `longest` characters."""
    sql = (
        "select citations.*, length(quote) as length, substr(quote, 1, :longest) as shown from citations"
        f" where {_OF_THESE} and (:most is null or number <= :most or stance = 'disputes')"
    )
    params = {"happenings": json.dumps(list(happenings)), "most": most, "longest": longest}
    rows = snapshot.rows(f"select * from ({sql} {EACH}) order by happening, number", params)
    about = sources(snapshot, {row["source"] for row in rows})
    repeating = _repeating(snapshot, rows, about)
    marked = _marked(snapshot, {row["happening"] for row in rows})
    quotations: dict[str, list[Quotation]] = {}
    for number, row in enumerate(rows):
        source = about.get(row["source"], {})
        anchor = links.passage_anchor(row["happening"], row["number"]) if row["happening"] in marked else "passage"
        passage = f"?passage={row['start_char']}-{row['end_char']}#{anchor}"
        one = _quotation(row, source, links.source(datasette, database, row["source"]) + passage, repeats=number in repeating)
        quotations.setdefault(row["happening"], []).append(one)
    return quotations


def _marked(snapshot: Snapshot, happenings: Iterable[str]) -> set[str]:
    """Choose the happenings that still stand as they then did: their passages are marked by name in the sources' texts."""
    if snapshot.as_of is None:
        return set(happenings)
    ids = {"ids": json.dumps(list(happenings))}
    sql = (
        "select known.id from happenings as known join main.happenings as now on now.position = known.position"
        " where known.id in (select value from json_each(:ids))"
    )
    return {row["id"] for row in snapshot.rows(sql, ids)}


def sources(snapshot: Snapshot, ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Read the bibliography of sources, by id."""
    sql = (
        "select id, title, publisher, author, published, language, url, media_type, extractor from sources"
        " where id in (select value from json_each(:ids))"
    )
    return {row["id"]: dict(row) for row in snapshot.rows(sql, {"ids": json.dumps(sorted(ids))})}


def _repeating(snapshot: Snapshot, cited: Sequence[Row], about: Mapping[str, Mapping[str, Any]]) -> set[int]:
    """Find which citations of web pages begin with words that stand elsewhere in the text too, by their place in the list.

    In a very long text, and after very many citations, they are taken to repeat.
    """
    asked: dict[str, list[tuple[int, str, int]]] = {}
    repeating: set[int] = set()
    searched = 0
    for number, one in enumerate(cited):
        source = about.get(one["source"], {})
        if source.get("url") and source.get("media_type") in PAGES and (words := at_source.first_words(one["quote"])):
            searched += 1
            if searched > MOST_SEARCHED:
                repeating.add(number)
            else:
                asked.setdefault(one["source"], []).append((number, words, one["start_char"]))
    for id_, citations in asked.items():
        text = snapshot.plain(_TEXT, {"id": id_, "longest": LONGEST_SEARCHED})
        repeating.update(one[0] for one in citations if not text or _stands_elsewhere(text[0][0], one[1], one[2]))
    return repeating


def _stands_elsewhere(text: str, words: str, start: int) -> bool:
    return text.find(words) not in (-1, start) or text.find(words, start + 1) >= 0


def _quotation(row: Row, source: Mapping[str, Any], address: str, *, repeats: bool) -> Quotation:
    published = when.words(source["published"]) if source.get("published") else ""
    parts = [source.get("author"), source.get("publisher"), published]
    page = row["page"] if source.get("media_type") == "application/pdf" else None
    return Quotation(
        number=row["number"],
        quote=row["shown"],
        prefix=row["prefix"],
        suffix=row["suffix"],
        start=row["start_char"],
        end=row["end_char"],
        grade=row["grade"],
        stance=row["stance"],
        supports=row["supports"],
        source=row["source"],
        source_title=source.get("title") or row["source"],
        source_notes=tuple(part for part in parts if part),
        language=source.get("language"),
        address=address,
        cut=row["length"] > len(row["shown"]),
        page=page,
        at_source=at_source.address(source, row["quote"], row["prefix"], row["suffix"], page=page, repeats=repeats),
        is_entry=source.get("media_type") in DATA,
        text_note=NOT_COMPARED if is_as_given(source.get("extractor") or "") else None,
    )
