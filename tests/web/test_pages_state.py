"""The state of the page in its address: what is kept from one address to the next, and what is dropped."""

from urllib.parse import parse_qs, parse_qsl

from hypothesis import example, given
from hypothesis import strategies as st

from timeline.selection import state as states

ALL = {
    "q": "côte d'Azur", "kind": "k", "actor": "a", "place": "p", "tag": "t", "source": "s", "mark": "disputed", "from": "44 BCE",
    "to": "1990", "as_of": "2026-11-24", "status": "all", "lanes": "kind", "view": "1990-01-01/2005-06-30T12:00",
    "focus": "ga-93", "embed": "1", "after": "1,-2,2003,x", "size": "20",
}  # fmt: skip


def read(values: dict[str, str]) -> states.State:
    """Read a state from single values."""
    return states.read({name: [value] for name, value in values.items()})


def test_an_address_holds_all_of_the_state() -> None:
    """A state read from an address gives the same address again."""
    state = read(ALL)
    assert state.notes == ()
    assert dict(parse_qsl(state.query(after=ALL["after"]).removeprefix("?"))) == ALL
    assert read(dict(parse_qsl(state.query(after=ALL["after"]).removeprefix("?")))) == state


def test_a_change_of_filter_turns_to_the_first_page_and_keeps_the_drawing() -> None:
    """Lanes, window, focus and frame stay; the place in the list does not."""
    changed = dict(parse_qsl(read(ALL).query(kind=None, mark="single").removeprefix("?")))
    assert changed == {name: value for name, value in ALL.items() if name not in ("kind", "after")} | {"mark": "single"}
    assert "before" not in read({"before": "end"}).query(q="x")


def test_a_change_of_the_drawing_stays_on_the_page() -> None:
    """To look at another happening, lane or window moves nothing in the list."""
    state = read(ALL)
    for change in ({"lanes": "tag"}, {"view": None}, {"focus": "x"}, {"embed": None}):
        assert "after=" in state.query(**change)
    assert "after=" not in state.query()


def test_paper_shows_all_of_it_and_leads_back_to_the_screen() -> None:
    """Printed, a page has no place in the list; its links are not to be printed."""
    state = read({**ALL, "print": "1"})
    assert state.printed
    assert (state.after, state.size) == (None, states.MOST_PRINTED)
    assert "print=1" in state.query()
    for change in ({"kind": "x"}, {"as_of": None}, {"lanes": "tag"}):
        assert "print" not in state.query(**change)
    assert "after" not in state.query(print="1")


def test_what_each_parameter_says_can_be_asked_for() -> None:
    """Defaults where it says nothing."""
    state, empty = read(ALL), states.State()
    assert (state.lanes, state.focus, state.embedded, state.printed) == ("kind", "ga-93", True, False)
    assert (empty.lanes, empty.focus, empty.embedded, empty.printed, empty.window) == ("none", None, False, False, None)
    assert state.window is not None
    assert state.as_of is None
    assert state.as_of_day == "2026-11-24"
    assert state.past
    assert not empty.past
    assert (state.as_of_query, read({"as_of": "7"}).as_of_query, empty.as_of_query) == ("?as_of=2026-11-24", "?as_of=7", "")


@example({"q": ["0 \x1b"]})
@given(st.dictionaries(st.sampled_from(states.NAMES), st.lists(st.text(max_size=600), max_size=3)))
def test_any_address_can_be_read(values: dict[str, list[str]]) -> None:
    """A state always comes out, and what it keeps is read again without a word."""
    state = states.read(values)
    again = states.read(parse_qs(state.query(after=state.given.get("after"), before=state.given.get("before")).removeprefix("?")))
    assert not again.faulty
    assert again.given == {name: value for name, value in state.given.items() if name != "print"}
