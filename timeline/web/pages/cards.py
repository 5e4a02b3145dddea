"""A happening as the timeline shows it: its row with its people, tags, quotations, whole, parts and marks.

Owns what stands on a card, read for a whole page at once. Must not choose which happenings those are.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from sqlite3 import Row
from typing import Any

from datasette.app import Datasette

from timeline.reading import event_data, happening_lookup
from timeline.selection.conditions import is_corrected
from timeline.selection.matches import Page
from timeline.selection.snapshot import EACH, Snapshot
from timeline.selection.state import State
from timeline.web import links
from timeline.web.pages import quotation, redactions, when
from timeline.web.pages.quotation import Drawn
from timeline.web.pages.redactions import Redaction

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
    quotations: list[Drawn] = field(default_factory=list)
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
        return is_corrected(self.row["version"], self.row["status"])

    @property
    def near(self) -> bool:
        """Whether it is only near the period that was asked for: its date is approximate."""
        return bool(self.row["near"])

    @property
    def supporting(self) -> list[Drawn]:
        """The quotations that speak for it."""
        return [one for one in self.quotations if not one.cited.disputes]

    @property
    def disputing(self) -> list[Drawn]:
        """The quotations that speak against it."""
        return [one for one in self.quotations if one.cited.disputes]

    @property
    def more_quotations(self) -> int:
        """How many are not shown."""
        return int(self.row["citations"]) - len(self.quotations)


def of_page(datasette: Datasette, database: str, snapshot: Snapshot, state: State, page: Page) -> list[Card]:
    """Make the cards of a page."""
    cards = {row["id"]: _card(datasette, database, row, state.as_of_query) for row in page.rows}
    if cards:
        _fill(datasette, database, snapshot, cards)
        _relate(datasette, database, snapshot, cards, state.as_of_query)
    return list(cards.values())


def _card(datasette: Datasette, database: str, row: Row, as_of: str) -> Card:
    title = row["title"] or f"{row['id']} (redacted)"
    return Card(
        row=dict(row),
        address=links.happening(datasette, database, row["id"]) + as_of,
        title=title[:LONGEST_TITLE],
        title_cut=len(title) > LONGEST_TITLE,
        when=when.said(row["date"]),
        html_time=when.html_time(row["date"]),
    )


def _fill(datasette: Datasette, database: str, snapshot: Snapshot, cards: Mapping[str, Card]) -> None:
    """Give each card its people, tags and quotations."""
    for id_, person in people(snapshot, cards):
        cards[id_].people.append(person)
    tags = "select happening, tag from happening_tags where happening in (select value from json_each(:ids))"
    for row in snapshot.rows(f"select * from ({tags} {EACH}) order by tag", {"ids": json.dumps(list(cards))}):
        cards[row["happening"]].tags.append(row["tag"])
    cited = quotation.of_happenings(datasette, database, snapshot, cards, MOST_QUOTATIONS, LONGEST_QUOTATION)
    for id_, quotations in cited.items():
        cards[id_].quotations = quotations


def people(snapshot: Snapshot, happenings: Iterable[str]) -> list[tuple[str, Person]]:
    """Read who took part in happenings: (the happening's id, the person), in the order in which they were named."""
    rows = snapshot.rows(
        "select happening, role, actor, number, (select name from actors where id = actor) as name from ("
        f"select happening, actor, role, number from happening_actors where happening in (select value from json_each(:ids)) {EACH}"
        ") order by number",
        {"ids": json.dumps(list(happenings))},
    )
    return [(row["happening"], Person(row["name"] or row["actor"], row["role"], row["actor"])) for row in rows]


def _relate(datasette: Datasette, database: str, snapshot: Snapshot, cards: Mapping[str, Card], suffix: str) -> None:
    """Give each card its whole, its parts, its reason and its successor."""
    at = {card.row["position"]: card for card in cards.values()}
    gone = [position for position, card in at.items() if card.redacted]
    for position, redaction in redactions.of(datasette, database, snapshot, gone).items() if gone else ():
        at[position].redaction = redaction
    retracted = [position for position, card in at.items() if card.retracted]
    successors: dict[int, str] = {}
    for position, data in event_data.at(snapshot, retracted).items() if retracted else ():
        at[position].reason = data.get("reason")
        if data.get("superseded_by"):
            successors[position] = data["superseded_by"]
    wholes = {card.row["part_of"] for card in cards.values() if card.row["part_of"]}
    names = happening_lookup.titles(snapshot, [*wholes, *successors.values()])
    parts = happening_lookup.count_parts(snapshot, cards)

    def link(id_: str) -> tuple[str, str]:
        return links.happening(datasette, database, id_) + suffix, names.get(id_) or id_

    for position, card in at.items():
        card.whole = link(card.row["part_of"]) if card.row["part_of"] else None
        card.successor = link(successors[position]) if position in successors else None
        card.parts = parts.get(card.row["id"], 0)
