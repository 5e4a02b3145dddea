"""The summary of a result on the timeline page: how many happenings match, by which filters, as of when, and the other pages.

Owns those words and counts. Must not choose the happenings.
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
from timeline.web.pages import date_wording
from timeline.web.pages.happening_cards import Card


def as_of_day(state: State) -> str | None:
    """Return the requested day in words for the middle of a sentence; None if a position was requested."""
    return date_wording.words(period.edtf(state.as_of_day)) if state.as_of_day else None


def as_of_note(snapshot: Snapshot, state: State, end: int) -> str | None:
    """Return when the requested position was recorded; None if the page shows the present."""
    if state.as_of is None:
        return None
    if state.as_of == 0:
        return "before anything was recorded"
    if state.as_of > end > 0:
        return "not reached yet"
    rows = snapshot.plain("select recorded_at from events where position = :position", {"position": state.as_of})
    return f"recorded {date_wording.recording_time(rows[0][0])}" if rows else "the log is empty"


def count_in_words(count: int | None) -> str | None:
    """Return a count for people; None if it is not known."""
    if count is None:
        return None
    return f"more than {matches.COUNT_TO:,}" if count > matches.COUNT_TO else f"{count:,}"


def total(snapshot: Snapshot, state: State, count: int | None) -> str | None:
    """Return the number of happenings without the filters. Without active filters it is `count`, the number of matches."""
    if not state.filters:
        return count_in_words(count)
    unfiltered = State({name: value for name, value in state.given.items() if name == "status"}, as_of=state.as_of)
    return count_in_words(matches.count(snapshot, conditions.chosen(unfiltered, None)))


def retracted(snapshot: Snapshot, result: Matches) -> str | None:
    """Count the retracted happenings that are left out; None if there are none, or the page shows them."""
    if result.state.status != "current" or result.state.past:
        return None
    state = replace(result.state, given={**result.state.given, "status": "retracted"})
    chosen = conditions.chosen(state, result.actor, plan(snapshot, state, result.actor, result.end))
    count = matches.count(snapshot, chosen)
    return count_in_words(count) if count else None


def value_labels(state: State, actor_name: str | None) -> dict[str, str | None]:
    """Return the labels of the active filters' values that are known without the list of choices."""
    return {
        "actor": actor_name,
        "mark": states.MARKS.get(state.given.get("mark", "")),
        "review": states.REVIEWS.get(state.given.get("review", "")),
        "without": ("all kinds but " if state.without_others else "") + (", ".join(state.without) or "none"),
    }


def chips(state: State, choices: Mapping[str, Choices], actor_name: str | None) -> list[tuple[str, str, str]]:
    """Return the active filters as (name, value, query string without this filter), the first two as people call them."""
    result, labels = [], value_labels(state, actor_name)
    for name, value in state.filters.items():
        choice = choices[name].find(value) if name in choices else None
        label = choice.label if choice else labels.get(name) or value
        result.append((states.LABELS[name], shortened(label, 80), state.query(**{name: None})))
    return result


def readings(state: State) -> list[tuple[str, str, str, str]]:
    """Return (label, words, EDTF, EDTF in words) for each date that was typed in words."""
    return [
        (states.LABELS[name], shortened(state.typed[name], 80), state.given[name], date_wording.words(state.given[name]))
        for name in state.from_words
        if name in state.given
    ]


def by_year(cards: list[Card]) -> list[tuple[str, list[Card]]]:
    """Group cards under the headings of their years."""
    return [(date_wording.year_name(year), list(group)) for year, group in groupby(cards, key=lambda card: card.row["year"])]


def page_links(state: State, page: Page) -> dict[str, str]:
    """Return the query strings of the other pages: first, earlier, later, last."""
    queries = {}
    if page.earlier:
        queries["first"] = state.query()
        queries["earlier"] = state.query(before=page.earlier, after=None)
    if page.later:
        queries["later"] = state.query(after=page.later, before=None)
        queries["last"] = state.query(before=states.THE_END, after=None)
    return queries
