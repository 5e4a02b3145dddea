"""Happenings as the timeline page shows them: each row with its people, tags, quotations, parent, parts and marks.

Owns the content of a card, read for a whole page at once. Must not choose the happenings.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from sqlite3 import Row
from typing import Any

from datasette.app import Datasette

from timeline.reading import event_data, happening_lookup
from timeline.selection.matches import Page
from timeline.selection.snapshot import EACH, Snapshot
from timeline.selection.state import State
from timeline.web import links
from timeline.web.pages import date_wording, history, pictures, quotation_views
from timeline.web.pages.history import RedactionView
from timeline.web.pages.pictures import PictureView
from timeline.web.pages.quotation_views import QuotationView

# A card shows no more; the happening's own page has everything.
MOST_QUOTATIONS, LONGEST_QUOTATION, LONGEST_TITLE = 6, 700, 300


@dataclass(frozen=True)
class Person:
    """Somebody who took part: the name, the role, and the value to filter by."""

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
    quotations: list[QuotationView] = field(default_factory=list)
    parent: tuple[str, str] | None = None
    parts: int = 0
    reason: str | None = None
    successor: tuple[str, str] | None = None
    redaction: RedactionView | None = None
    picture: PictureView | None = None

    @property
    def retracted(self) -> bool:
        """Whether it was retracted."""
        return bool(self.row["status"] == "retracted")

    @property
    def redacted(self) -> bool:
        """Whether its event was redacted."""
        return bool(self.row["status"] == "redacted")

    @property
    def corrected(self) -> bool:
        """Whether an earlier version said something else."""
        return bool(self.row["corrected"])

    @property
    def near(self) -> bool:
        """Whether its approximate date is only near the requested period."""
        return bool(self.row["near"])

    @property
    def supporting(self) -> list[QuotationView]:
        """The quotations that support it."""
        return [quotation for quotation in self.quotations if not quotation.cited.disputes]

    @property
    def disputing(self) -> list[QuotationView]:
        """The quotations that dispute it."""
        return [quotation for quotation in self.quotations if quotation.cited.disputes]

    @property
    def more_quotations(self) -> int:
        """The number of quotations that the card leaves out."""
        return int(self.row["citations"]) - len(self.quotations)


def of_page(datasette: Datasette, database: str, snapshot: Snapshot, state: State, page: Page) -> list[Card]:
    """Return the cards of a page."""
    cards = {row["id"]: _card(datasette, database, row, state.as_of_query) for row in page.rows}
    if cards:
        _add_details(datasette, database, snapshot, cards)
        _add_relations(datasette, database, snapshot, cards, state.as_of_query)
    return list(cards.values())


def _card(datasette: Datasette, database: str, row: Row, as_of: str) -> Card:
    title = row["title"] or f"{row['id']} (redacted)"
    return Card(
        row=dict(row),
        address=links.happening(datasette, database, row["id"]) + as_of,
        title=title[:LONGEST_TITLE],
        title_cut=len(title) > LONGEST_TITLE,
        when=date_wording.capitalised(row["date"]),
        html_time=date_wording.html_time(row["date"]),
    )


def _add_details(datasette: Datasette, database: str, snapshot: Snapshot, cards: Mapping[str, Card]) -> None:
    """Add people, tags and quotations to each card."""
    for id_, person in people(snapshot, cards):
        cards[id_].people.append(person)
    tags = "select happening, tag from happening_tags where happening in (select value from json_each(:ids))"
    for row in snapshot.rows(f"select * from ({tags} {EACH}) order by tag", {"ids": json.dumps(list(cards))}):
        cards[row["happening"]].tags.append(row["tag"])
    quotations = quotation_views.of_happenings(datasette, database, snapshot, cards, MOST_QUOTATIONS, LONGEST_QUOTATION)
    for id_, views in quotations.items():
        cards[id_].quotations = views
    for id_, picture in pictures.first_of(datasette, database, snapshot, cards).items():
        cards[id_].picture = picture


def people(snapshot: Snapshot, happenings: Iterable[str]) -> list[tuple[str, Person]]:
    """Read (happening id, person) for everybody who took part in happenings, in the order in which they were named."""
    rows = snapshot.rows(
        "select happening, role, actor, number, (select name from actors where id = actor) as name from ("
        f"select happening, actor, role, number from happening_actors where happening in (select value from json_each(:ids)) {EACH}"
        ") order by number",
        {"ids": json.dumps(list(happenings))},
    )
    return [(row["happening"], Person(row["name"] or row["actor"], row["role"], row["actor"])) for row in rows]


def _add_relations(datasette: Datasette, database: str, snapshot: Snapshot, cards: Mapping[str, Card], suffix: str) -> None:
    """Add the parent, the parts, the reason, the successor and the redaction to each card."""
    by_position = {card.row["position"]: card for card in cards.values()}
    redacted = [position for position, card in by_position.items() if card.redacted]
    for position, redaction in history.redactions(datasette, database, snapshot, redacted).items():
        by_position[position].redaction = redaction
    retracted = [position for position, card in by_position.items() if card.retracted]
    successors: dict[int, str] = {}
    for position, data in event_data.at(snapshot, retracted).items() if retracted else ():
        by_position[position].reason = data.get("reason")
        if data.get("superseded_by"):
            successors[position] = data["superseded_by"]
    parents = {card.row["part_of"] for card in cards.values() if card.row["part_of"]}
    titles = happening_lookup.titles(snapshot, [*parents, *successors.values()])
    parts = happening_lookup.count_parts(snapshot, cards)

    def link(id_: str) -> tuple[str, str]:
        return links.happening(datasette, database, id_) + suffix, titles.get(id_) or id_

    for position, card in by_position.items():
        card.parent = link(card.row["part_of"]) if card.row["part_of"] else None
        card.successor = link(successors[position]) if position in successors else None
        card.parts = parts.get(card.row["id"], 0)
