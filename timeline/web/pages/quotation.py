"""A quotation as a page shows it: the words, their source, how well they were found, and which way they speak.

Owns the reading of citations, from the table for what stands and from the event for what once stood. Must not fetch
the text of any source.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from datasette.app import Datasette
from datasette.database import Database

from timeline.web import links
from timeline.web.pages import when

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
    def rtl(self) -> bool:
        """Whether it runs from right to left: as its first letter does."""
        strong = (unicodedata.bidirectional(c) for c in self.quote[:200])
        return next((kind in ("R", "AL") for kind in strong if kind in ("L", "R", "AL")), False)

    @property
    def grade_note(self) -> str | None:
        """How it was found, where the words are not letter for letter those of the text."""
        return None if self.grade == "exact" else GRADES.get(self.grade, self.grade)


async def of_standing(
    datasette: Datasette, database: Database, happenings: Iterable[str], most: int, longest: int
) -> dict[str, list[Quotation]]:
    """Read the quotations of happenings as now known: up to `most` for each and all that dispute, cut to `longest` characters."""
    sql = (
        "select citations.*, length(quote) as length, substr(quote, 1, :longest) as shown from citations"
        f" where {_OF_THESE} and (number <= :most or stance = 'disputes') order by happening, number"
    )
    params = {"happenings": json.dumps(list(happenings)), "most": most, "longest": longest}
    rows = (await database.execute(sql, params)).rows
    about = await sources(database, {row["source"] for row in rows})
    found: dict[str, list[Quotation]] = {}
    for row in rows:
        address = links.passage(datasette, database.name, row["source"], row["happening"], row["number"])
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
    most: int | None = None,
    longest: int | None = None,
) -> list[Quotation]:
    """Read the quotations of a statement. `standing` is the happening's id where that is what now stands.

    The marks in the sources' texts then have its name; those of what once stood are asked for by their place.
    """
    said = list(statement.get("citations") or ())
    about = await sources(database, {citation["source"] for citation in said})
    found = []
    for number, citation in enumerate(said, start=1):
        if most is not None and number > most and citation["stance"] != "disputes":
            continue
        source, place = citation["source"], f"{citation['start_char']}-{citation['end_char']}"
        if standing is not None:
            address = links.passage(datasette, database.name, source, standing, number)
        else:
            address = f"{links.source(datasette, database.name, source)}?passage={place}#passage"
        cut = longest is not None and len(citation["quote"]) > longest
        shown = citation | {"quote": citation["quote"][:longest]} if cut else citation
        found.append(_quotation(number, shown, about, address, cut=cut))
    return found


async def sources(database: Database, ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    """Read the bibliography of sources, by id."""
    sql = "select id, title, publisher, author, published, language from sources where id in (select value from json_each(:ids))"
    rows = (await database.execute(sql, {"ids": json.dumps(sorted(ids))})).rows
    return {row["id"]: dict(row) for row in rows}


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
