"""A quotation as a page shows it: the words, their source, how well they were found, and which way they speak.

Owns the reading of citations, from the table for what stands and from the event for what once stood.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Connection, Row
from typing import Any

from datasette.app import Datasette
from datasette.database import Database

from timeline.exchange.writing import saying
from timeline.exchange.writing.record import DATA, PAGES
from timeline.extractors import NOT_COMPARED, is_as_given
from timeline.web import links
from timeline.web.pages import at_source, told, when

# Whether words repeat is looked for in texts of so many characters, and for so many quotations of a page; of others it is assumed.
LONGEST_SEARCHED, MOST_SEARCHED = 300_000, 200
_TEXT = "select text from sources join source_texts on source_texts.source = sources.id where sources.id = ? and characters <= ?"
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
    repeating = await _repeating(database, [dict(row) for row in rows], about)
    for number, row in enumerate(rows):
        address = _address(datasette, database.name, row, row["happening"], row["number"])
        said = {**dict(row), "quote": row["shown"]}
        there = _there(dict(row), about, row["page"], number in repeating)
        one = _quotation(row["number"], said, about, address, there, cut=row["length"] > longest)
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
    pages = await _pages(database, said, about)
    repeating = await _repeating(database, said, about)
    found = []
    for number, citation in enumerate(said, start=1):
        if most is not None and number > most and citation["stance"] != "disputes":
            continue
        address = _address(datasette, database.name, citation, standing, number)
        cut = longest is not None and len(citation["quote"]) > longest
        shown = citation | {"quote": citation["quote"][:longest]} if cut else citation
        there = _there(citation, about, pages.get(number - 1), number - 1 in repeating)
        found.append(_quotation(number, shown, about, address, there, cut=cut))
    return found


def _address(datasette: Datasette, database: str, said: Mapping[str, Any] | Row, standing: str | None, number: int) -> str:
    """Give the address of a quotation in its source, which says the passage, so that all of it is shown, and where it begins."""
    anchor = "passage" if standing is None else links.passage_anchor(standing, number)
    return f"{links.source(datasette, database, said['source'])}?passage={said['start_char']}-{said['end_char']}#{anchor}"


async def sources(database: Database, ids: Iterable[str], as_of: int | None) -> dict[str, Mapping[str, Any]]:
    """Read the bibliography of sources, by id, as known at a position or now."""
    sql = (
        "select id, title, publisher, author, published, language, url, media_type, extractor, position from sources"
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


async def _pages(database: Database, said: Sequence[Mapping[str, Any]], about: Mapping[str, Mapping[str, Any]]) -> dict[int, int]:
    """Find the page of each citation of a PDF, by its place in the list; what the table has of those that stand."""
    asked = [
        [number, one["source"], one["start_char"]]
        for number, one in enumerate(said)
        if about.get(one["source"], {}).get("media_type") == "application/pdf"
    ]
    if not asked:
        return {}
    rows = await database.execute(
        "select value ->> 0 as number, (select page from source_pages where source = value ->> 1 and start_char <= value ->> 2"
        " order by start_char desc limit 1) as page from json_each(:asked)",
        {"asked": json.dumps(asked)},
    )
    return {row["number"]: row["page"] for row in rows.rows if row["page"] is not None}


async def _repeating(database: Database, said: Sequence[Mapping[str, Any]], about: Mapping[str, Mapping[str, Any]]) -> set[int]:
    """Find which citations of web pages begin with words that stand elsewhere in the text too, by their place in the list.

    In a very long text, and after very many citations, they are taken to repeat.
    """
    asked: dict[str, list[tuple[int, str, int]]] = {}
    repeating: set[int] = set()
    searched = 0
    for number, one in enumerate(said):
        source = about.get(one["source"], {})
        if source.get("url") and source.get("media_type") in PAGES and (words := at_source.first_words(one["quote"])):
            searched += 1
            if searched > MOST_SEARCHED:
                repeating.add(number)
            else:
                asked.setdefault(one["source"], []).append((number, words, one["start_char"]))

    def search(connection: Connection) -> set[int]:
        for id_, citations in asked.items():
            text = connection.execute(_TEXT, (id_, LONGEST_SEARCHED)).fetchone()
            repeating.update(one[0] for one in citations if text is None or _stands_elsewhere(text[0], one[1], one[2]))
        return repeating

    if not asked:
        return repeating
    found: set[int] = await database.execute_fn(search)
    return found


def _stands_elsewhere(text: str, words: str, start: int) -> bool:
    return text.find(words) not in (-1, start) or text.find(words, start + 1) >= 0


def _there(
    said: Mapping[str, Any], about: Mapping[str, Mapping[str, Any]], page: int | None, repeats: bool
) -> tuple[int | None, str | None]:
    """Give the page of a quotation, and its address at the source itself."""
    source = about.get(said["source"], {})
    return page, at_source.address(source, said["quote"], said["prefix"], said["suffix"], page=page, repeats=repeats)


def _quotation(
    number: int,
    said: Mapping[str, Any],
    about: Mapping[str, Mapping[str, Any]],
    address: str,
    there: tuple[int | None, str | None],
    *,
    cut: bool,
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
        page=there[0],
        at_source=there[1],
        is_entry=source.get("media_type") in DATA,
        text_note=NOT_COMPARED if is_as_given(source.get("extractor") or "") else None,
    )
