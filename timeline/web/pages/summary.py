"""What the page says of all that it found, beside the happenings: how many, by which filters, as of when, and where to turn.

Owns those words and counts. Must not choose what is shown.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import groupby

from timeline.selection import conditions, matches, period
from timeline.selection import state as states
from timeline.selection.matches import Matches, Page
from timeline.selection.plan import plan
from timeline.selection.snapshot import Snapshot
from timeline.selection.state import State
from timeline.selection.values import Choices
from timeline.shortening import shortened
from timeline.web.pages import when
from timeline.web.pages.cards import Card


def as_of_day(state: State) -> str | None:
    """Say the day that was typed, within a sentence; None where a position was."""
    return when.words(period.edtf(state.as_of_day)) if state.as_of_day else None


def as_of_said(snapshot: Snapshot, state: State, end: int) -> str | None:
    """Say when the position that the page is as of was reached."""
    if state.as_of is None:
        return None
    if state.as_of == 0:
        return "before anything was recorded"
    if state.as_of > end > 0:
        return "not reached yet"
    at = snapshot.plain("select recorded_at from events where position = :position", {"position": state.as_of})
    return f"recorded {when.recorded(at[0][0])}" if at else "the log is empty"


def counts(counted: int | None) -> str | None:
    """Say how many there are; None where that is not known."""
    if counted is None:
        return None
    return f"more than {matches.COUNT_TO:,}" if counted > matches.COUNT_TO else f"{counted:,}"


def total(snapshot: Snapshot, state: State, counted: int | None) -> str | None:
    """Count what there is without the filters, where there are some."""
    if not state.filters:
        return counts(counted)
    without = State({name: value for name, value in state.given.items() if name == "status"}, as_of=state.as_of)
    return counts(matches.count(snapshot, conditions.chosen(without, None)))


def retracted(snapshot: Snapshot, found: Matches) -> str | None:
    """Count the retracted happenings that are left out; None where there are none, or they are shown."""
    if found.state.status != "current" or found.state.past:
        return None
    state = replace(found.state, given={**found.state.given, "status": "retracted"})
    chosen = conditions.chosen(state, found.actor, plan(snapshot, state, found.actor, found.end))
    counted = matches.count(snapshot, chosen)
    return counts(counted) if counted else None


def names(state: State, actor_name: str | None) -> dict[str, str | None]:
    """Give what people call the values of the filters that hold, where that is known whatever is offered."""
    return {"actor": actor_name, "mark": states.MARKS.get(state.given.get("mark", ""))}


def chips(state: State, offered: Mapping[str, Choices], actor_name: str | None) -> list[tuple[str, str, str]]:
    """Give the filters that hold as (what, value as people call it, address without it)."""
    found, called = [], names(state, actor_name)
    for name, value in state.filters.items():
        choice = offered[name].find(value) if name in offered else None
        label = choice.label if choice else called.get(name) or value
        found.append((states.LABELS[name], shortened(label, 80), state.query(**{name: None})))
    return found


def by_year(page: list[Card]) -> list[tuple[str, list[Card]]]:
    """Group the cards under the years that they stand in."""
    return [(when.year_name(year), list(group)) for year, group in groupby(page, key=lambda card: card.row["year"])]


def turns(state: State, page: Page) -> dict[str, str]:
    """Give the addresses of the other pages: first, earlier, later, last."""
    to = {}
    if page.earlier:
        to["first"] = state.query()
        to["earlier"] = state.query(before=page.earlier, after=None)
    if page.later:
        to["later"] = state.query(after=page.later, before=None)
        to["last"] = state.query(before=states.THE_END, after=None)
    return to
