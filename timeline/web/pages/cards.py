"""A happening as the timeline shows it: its row with its people, tags, quotations, whole, parts and marks.

Owns what stands on a card, read for a whole page at once. Must not choose which happenings those are.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from sqlite3 import Row
from typing import Any

from datasette.app import Datasette
from datasette.database import Database

from timeline.web import links
from timeline.web.pages import known, quotation, redactions, told, when
from timeline.web.pages.quotation import Quotation
from timeline.web.pages.redactions import Redaction
from timeline.web.pages.rows import Page
from timeline.web.pages.state import State

# A card is not the place for more; the happening's own page has them all.
MOST_QUOTATIONS, LONGEST_QUOTATION, LONGEST_TITLE = 6, 700, 300


@dataclass(frozen=True)
class Person:
    """Who took part, as what, and what to filter by."""

    name: str
    role: str | None
    value: str


@dataclass
class Card:
    """One happening on the page."""

    row: Mapping[str, Any]
    address: str
    title: str
    title_cut: bool
    when: str
    html_time: str | None
    people: list[Person] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    quotations: list[Quotation] = field(default_factory=list)
    whole: tuple[str, str] | None = None
    parts: int = 0
    reason: str | None = None
    successor: tuple[str, str] | None = None
    redaction: Redaction | None = None

    @property
    def retracted(self) -> bool:
        """Whether it has been taken back."""
        return bool(self.row["status"] == "retracted")

    @property
    def redacted(self) -> bool:
        """Whether what it said has been taken away."""
        return bool(self.row["status"] == "redacted")

    @property
    def corrected(self) -> bool:
        """Whether an earlier version said something else."""
        return bool(self.row["version"] > (2 if self.retracted else 1))

    @property
    def near(self) -> bool:
        """Whether it is only near the period that was asked for: its date is approximate."""
        return bool(self.row["near"])

    @property
    def supporting(self) -> list[Quotation]:
        """The quotations that speak for it."""
        return [one for one in self.quotations if not one.disputes]

    @property
    def disputing(self) -> list[Quotation]:
        """The quotations that speak against it."""
        return [one for one in self.quotations if one.disputes]

    @property
    def more_quotations(self) -> int:
        """How many are not shown."""
        return int(self.row["citations"]) - len(self.quotations)


async def of_page(datasette: Datasette, database: Database, state: State, page: Page) -> list[Card]:
    """Make the cards of a page."""
    as_of = state.as_of_query
    cards = {row["position"]: _card(datasette, database, row, as_of) for row in page.rows}
    standing = {card.row["id"]: card for position, card in cards.items() if position not in page.superseded}
    if standing:
        await _fill_from_tables(datasette, database, standing, state.as_of)
    if page.superseded:
        superseded = {position: card for position, card in cards.items() if position in page.superseded}
        await _fill_from_events(datasette, database, superseded, state.as_of)
    await _relate(datasette, database, cards, state.as_of, as_of)
    return [cards[row["position"]] for row in page.rows]


def _card(datasette: Datasette, database: Database, row: Row, as_of: str) -> Card:
    title = row["title"] or f"{row['id']} (redacted)"
    return Card(
        row=dict(row),
        address=links.happening(datasette, database.name, row["id"]) + as_of,
        title=title[:LONGEST_TITLE],
        title_cut=len(title) > LONGEST_TITLE,
        when=when.said(row["date"]),
        html_time=when.html_time(row["date"]),
    )


async def _fill_from_tables(datasette: Datasette, database: Database, cards: Mapping[str, Card], as_of: int | None) -> None:
    ids = {"ids": json.dumps(list(cards))}
    people = await database.execute(
        "select happening, name, role, actor from happening_actors join actors on actors.id = happening_actors.actor"
        " where happening in (select value from json_each(:ids)) order by happening_actors.rowid",
        ids,
    )
    for row in people.rows:
        cards[row["happening"]].people.append(Person(row["name"], row["role"], row["actor"]))
    tags = await database.execute(
        "select happening, tag from happening_tags where happening in (select value from json_each(:ids)) order by tag",
        ids,
    )
    for row in tags.rows:
        cards[row["happening"]].tags.append(row["tag"])
    cited = await quotation.of_standing(datasette, database, cards, as_of, MOST_QUOTATIONS, LONGEST_QUOTATION)
    for id_, quotations in cited.items():
        cards[id_].quotations = quotations


async def _fill_from_events(datasette: Datasette, database: Database, cards: Mapping[int, Card], as_of: int | None) -> None:
    for position, data in (await told.at(database, cards)).items():
        card, statement = cards[position], data.get("statement") or {}
        card.people = people_of(statement)
        card.tags = sorted(statement.get("tags") or ())
        card.quotations = await quotation.of_statement(
            datasette, database, statement, as_of=as_of, most=MOST_QUOTATIONS, longest=LONGEST_QUOTATION
        )


def people_of(statement: Mapping[str, Any]) -> list[Person]:
    """Give the people that a statement names, to be filtered by under those names."""
    return [Person(actor["name"], actor.get("role"), actor["name"]) for actor in statement.get("actors") or ()]


async def _relate(datasette: Datasette, database: Database, cards: Mapping[int, Card], as_of: int | None, suffix: str) -> None:
    """Give each card its whole, its parts, its reason and its successor, as known at the position."""
    gone = [position for position, card in cards.items() if card.redacted]
    for position, redaction in (await redactions.of(datasette, database, gone)).items() if gone else ():
        cards[position].redaction = redaction
    retracted = [position for position, card in cards.items() if card.retracted]
    successors: dict[int, str] = {}
    for position, data in (await told.at(database, retracted)).items() if retracted else ():
        cards[position].reason = data.get("reason")
        if data.get("superseded_by"):
            successors[position] = data["superseded_by"]
    wholes = {card.row["part_of"] for card in cards.values() if card.row["part_of"]}
    names = await known.titles(database, [*wholes, *successors.values()], as_of)
    parts = await known.count_parts(database, [card.row["id"] for card in cards.values()], as_of)

    def link(id_: str) -> tuple[str, str]:
        return links.happening(datasette, database.name, id_) + suffix, names.get(id_) or id_

    for position, card in cards.items():
        card.whole = link(card.row["part_of"]) if card.row["part_of"] else None
        card.successor = link(successors[position]) if position in successors else None
        card.parts = parts.get(card.row["id"], 0)
