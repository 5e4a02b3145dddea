"""A quotation as a page shows it: the words, their source, how well they were found, and which way they speak.

Owns the reading of citations, from the table for what stands and from the event for what once stood. Must not fetch
the text of any source.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any

from datasette.app import Datasette
from datasette.database import Database

from timeline.web import links
from timeline.web.pages import told, when

GRADES = {
    "normalised": "found after evening out white space",
    "typographic": "found after evening out quotation marks and dashes",
}
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
        return None if self.grade == "exact" else GRADES.get(self.grade, self.grade)


async def of_standing(
    datasette: Datasette, database: Database, happenings: Iterable[str], as_of: int | None, most: int, longest: int
) -> dict[str, list[Quotation]]:
    """Read the quotations of happenings that stand: up to `most` for each and all that dispute, cut to `longest` characters."""
    sql = (
        "select citations.*, length(quote) as length, substr(quote, 1, :longest) as shown from citations"
        f" where {_OF_THESE} and (number <= :most or stance = 'disputes') order by happening, number"
    )
    params = {"happenings": json.dumps(list(happenings)), "most": most, "longest": longest}
    rows = (await database.execute(sql, params)).rows
    about = await sources(database, {row["source"] for row in rows}, as_of)
    found: dict[str, list[Quotation]] = {}
    for row in rows:
        address = _address(datasette, database.name, row, row["happening"], row["number"])
        said = {**dict(row), "quote": row["shown"]}
        one = _quotation(row["number"], said, about, address, cut=row["length"] > longest)
        found.setdefault(row["happening"], []).append(one)
    return found


async def of_statement(
    datasette: Datasette,
    database: Database,
    statement: Mapping[str, Any],
    *,
    standing: str | None = None,
    as_of: int | None = None,
    most: int | None = None,
    longest: int | None = None,
) -> list[Quotation]:
    """Read the quotations of a statement. `standing` is the happening's id where that is what now stands.

    The marks in the sources' texts then have its name.
    """
    said = list(statement.get("citations") or ())
    about = await sources(database, {citation["source"] for citation in said}, as_of)
    found = []
    for number, citation in enumerate(said, start=1):
        if most is not None and number > most and citation["stance"] != "disputes":
            continue
        address = _address(datasette, database.name, citation, standing, number)
        cut = longest is not None and len(citation["quote"]) > longest
        shown = citation | {"quote": citation["quote"][:longest]} if cut else citation
        found.append(_quotation(number, shown, about, address, cut=cut))
    return found


def _address(datasette: Datasette, database: str, said: Mapping[str, Any] | Row, standing: str | None, number: int) -> str:
    """Give the address of a quotation in its source, which says the passage, so that all of it is shown, and where it begins."""
    anchor = "passage" if standing is None else links.passage_anchor(standing, number)
    return f"{links.source(datasette, database, said['source'])}?passage={said['start_char']}-{said['end_char']}#{anchor}"


async def sources(database: Database, ids: Iterable[str], as_of: int | None) -> dict[str, Mapping[str, Any]]:
    """Read the bibliography of sources, by id, as known at a position or now."""
    sql = (
        "select id, title, publisher, author, published, language, position from sources"
        " where id in (select value from json_each(:ids))"
    )
    found: dict[str, Mapping[str, Any]] = {
        row["id"]: dict(row) for row in (await database.execute(sql, {"ids": json.dumps(sorted(ids))})).rows
    }
    corrected = [id_ for id_, row in found.items() if as_of is not None and row["position"] > as_of]
    if corrected:
        former = await database.execute(
            "select stream, position, data from events where stream in (select 'source/' || value from json_each(:ids))"
            " and type in ('SourceArchived', 'SourceCorrected') and position <= :as_of order by position",
            {"ids": json.dumps(corrected), "as_of": as_of},
        )
        found |= {id_: {} for id_ in corrected}
        for row in former.rows:
            found[row["stream"].removeprefix("source/")] = told.read(row["data"], row["position"]).get("statement") or {}
    return found


def _quotation(
    number: int, said: Mapping[str, Any], about: Mapping[str, Mapping[str, Any]], address: str, *, cut: bool
) -> Quotation:
    source = about.get(said["source"], {})
    published = when.words(source["published"]) if source.get("published") else ""
    parts = [source.get("author"), source.get("publisher"), published]
    return Quotation(
        number=number,
        quote=said["quote"],
        prefix=said["prefix"],
        suffix=said["suffix"],
        start=said["start_char"],
        end=said["end_char"],
        grade=said["grade"],
        stance=said["stance"],
        supports=said.get("supports"),
        source=said["source"],
        source_title=source.get("title") or said["source"],
        source_notes=tuple(part for part in parts if part),
        language=source.get("language"),
        address=address,
        cut=cut,
    )
