"""What axe-core finds on every page and in every state: nothing, at a desk in the light and in the dark, and on a phone.

All of its rules are run on the whole page, Datasette's frame and WCAG 2.2's target size included; in the dark those about
colours alone, since nothing else changes. So that this does not take minutes, each push keeps the list below a drawing short, and
leaves to the night (TIMELINE_EVERY_CASE) the colours of a phone, which are those of a desk, and two thirds of dark and phone.
"""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import pytest
from browser import DESK, PHONE, Served, Visitor, settled
from shares import EVERY_CASE, some

if TYPE_CHECKING:
    from playwright.sync_api import Page

axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()

OPTIONS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}
NO_COLOURS = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}, "color-contrast": {"enabled": False}}}
LOOKS = [("light", DESK, OPTIONS), ("dark", DESK, COLOURS), ("light", PHONE, OPTIONS if EVERY_CASE else NO_COLOURS)]

Act = Callable[["Page"], object]


def nothing(_: "Page") -> None:
    """Leave the page as it was brought."""


def card_open(page: "Page") -> None:
    """Open the first happening that is drawn."""
    page.locator(".view").focus()
    page.keyboard.press("ArrowDown")
    page.locator("#card .one").wait_for()


def legend_open(page: "Page") -> None:
    """Unfold the legend."""
    page.locator(".keys summary").click()


def filters_open(page: "Page") -> None:
    """Unfold the filters."""
    page.locator("#find details").first.locator("summary").click()


def searched(page: "Page") -> None:
    """Search, without leaving the page."""
    page.get_by_label("Search titles").fill("morocco")
    page.wait_for_url("**q=morocco**")
    page.locator("#chosen .chips").wait_for()


def nonsense_typed(page: "Page") -> None:
    """Type what is no date into the drawing's own field."""
    page.locator("#go-date").fill("when it rained")
    page.keyboard.press("Enter")


def dragged(page: "Page") -> None:
    """Go to a year, so that the drawing is not as it was brought."""
    page.locator("#go-date").fill("2003")
    page.keyboard.press("Enter")


def proof_checked(page: "Page") -> None:
    """Check the proof of an event, with the box for one's own checkpoint unfolded."""
    page.get_by_text("Compare with a checkpoint or keys of your own").click()
    page.get_by_role("button", name="Check it here").click()
    page.locator("#check .verdict[role=status]", has_text="holds").wait_for()


def proof_failed(page: "Page") -> None:
    """Check a page that shows something else than is proved."""
    page.evaluate("document.getElementById('data').append('x')")
    page.get_by_role("button", name="Check it here").click()
    page.locator("#check .verdict[role=alert]", has_text="does not hold").wait_for()


def both_checked(page: "Page") -> None:
    """Check what was added, and paste what is no checkpoint."""
    page.get_by_role("button", name="Check it here").click()
    page.locator("#between .verdict[role=status]", has_text="holds").wait_for()
    page.locator("#mine textarea").fill("nonsense")
    page.locator("#mine button").click()
    page.locator("#mine .verdict[role=alert]", has_text="What you pasted").wait_for()


# What is looked at: which server, the rest of the address after the timeline's, the status, and what is done there.
STATES: dict[str, tuple[str, str, int, Act]] = {
    "timeline": ("demo", "", 200, nothing),
    "zoomed": ("demo", "?view=2025-11-20/2025-12-01", 200, nothing),
    "hours": ("tricky", "?view=2025-11-24T07:00/2025-11-24T14:00", 200, nothing),
    "vague": ("tricky", "?view=1995-01-01/2006-01-01", 200, nothing),
    "marked": ("tricky", "?view=1971-01-01/1976-01-01&status=all", 200, nothing),
    "all of time": ("tricky", "", 200, nothing),
    "a thousand": ("tricky", "?view=1950-06-01/1950-07-01", 200, nothing),
    "lanes of kinds": ("demo", "?lanes=kind", 200, nothing),
    "lanes of people": ("tricky", "?lanes=actor&view=1950-01-01/2030-01-01", 200, nothing),
    "card": ("demo", "", 200, card_open),
    "card from the address": ("tricky", "?focus=disputed&view=1970-01-01/1980-01-01", 200, nothing),
    "a period": ("demo", "?from=2025-11-24&to=2025-11-25", 200, nothing),
    "moved": ("demo", "", 200, dragged),
    "legend": ("demo", "", 200, legend_open),
    "filters": ("demo", "", 200, filters_open),
    "searched": ("demo", "", 200, searched),
    "search": ("demo", "?q=police&kind=meeting", 200, nothing),
    "no results": ("demo", "?q=xyzzy", 200, nothing),
    "an empty window": ("demo", "?view=1200-01-01/1300-01-01", 200, nothing),
    "as of": ("demo", "?as_of=20", 200, nothing),
    "as of nothing": ("demo", "?as_of=0", 200, nothing),
    "bad input": ("demo", "?from=nonsense&view=never&lanes=x&as_of=tomorrow", 400, nothing),
    "nonsense typed": ("demo", "", 200, nonsense_typed),
    "disputed ones": ("tricky", "?mark=disputed", 200, nothing),
    "retracted ones": ("tricky", "?status=retracted", 200, nothing),
    "embedded": ("tricky", "?embed=1", 200, nothing),
    "on paper": ("demo", "?print=1", 200, nothing),
    "from the right": ("rightwards", "", 200, nothing),
    "from the right, zoomed": ("rightwards", "?view=2025-11-20/2025-12-01&lanes=kind", 200, nothing),
    "from the right, a card": ("rightwards", "?view=2025-11-20/2025-12-01&focus=arabic", 200, nothing),
    "happening": ("demo", "/shahkar-meeting", 200, nothing),
    "corrected": ("demo", "/casablanca-attacks", 200, nothing),
    "disputed": ("tricky", "/disputed", 200, nothing),
    "retracted": ("tricky", "/retracted", 200, nothing),
    "long title": ("tricky", "/long-title", 200, nothing),
    "happening as of": ("demo", "/casablanca-attacks?as_of=20", 200, nothing),
    "unknown": ("demo", "/nothing-of-the-kind", 404, nothing),
    "sources": ("demo", "/sources?sort=weight", 200, nothing),
    "sources as of": ("proved", "/sources?as_of=3&q=diary", 200, nothing),
    "sources, bad input": ("demo", "/sources?sort=x&page=y&as_of=z", 400, nothing),
    "redacted sources": ("proved", "/sources", 200, nothing),
    "sources from the right": ("rightwards", "/sources", 200, nothing),
    "source": ("demo", "/sources/tna-2025-11-27", 200, nothing),
    "event": ("demo", "/events/5", 200, nothing),
    "proof": ("proved", "/events/4", 200, proof_checked),
    "proof that fails": ("proved", "/events/4", 200, proof_failed),
    "redacted event": ("proved", "/events/7", 200, proof_checked),
    "redaction": ("proved", "/events/14", 200, nothing),
    "checkpoints": ("proved", "/log/checkpoints", 200, nothing),
    "added between": ("proved", "/log/checkpoints?from=9&to=12", 200, both_checked),
    "bad sizes": ("proved", "/log/checkpoints?from=99", 400, nothing),
    "redacted happening": ("proved", "/gone", 200, nothing),
    "redacted version": ("proved", "/first", 200, nothing),
    "redacted source": ("proved", "/sources/diary", 200, nothing),
    "redacted document": ("proved", "/sources/letter", 200, nothing),
    "redacted ones too": ("proved", "?status=all", 200, nothing),
}

# Where the list is as long as readers have it: one at each push, the paper's, on which no drawing is.
WITH_ALL = ("timeline", "on paper") if EVERY_CASE else ("on paper",)


def complaints(page: "Page", options: dict[str, Any]) -> list[str]:
    """Run axe on a page, and give what it finds as a line for each element."""
    # An element of Datasette's own frame keeps a list under the name of the method that axe calls.
    mend = "e => { e.matches = Element.prototype.matches; }"
    page.evaluate(f"() => document.querySelectorAll('navigation-search').forEach({mend})")
    response = axe.run(page, options=options).response
    return [f"{one['id']}: {node['target']} {describe(node)}" for one in response["violations"] for node in one["nodes"]]


def describe(node: dict[str, Any]) -> str:
    """Say why an element is complained of."""
    why = "; ".join(check["message"] for check in (*node["any"], *node["all"], *node["none"]))
    html = re.sub(r"\s+", " ", node["html"])
    return f"{html[:160]} ({why[:300]})"


def in_every_look(page: "Page", looks: Sequence[tuple[str, int, dict[str, Any]]] = LOOKS) -> list[str]:
    """Run axe in each look, on the same page."""
    result = []
    for scheme, width, options in looks:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        if page.locator("#drawing[data-drawn]").count():
            settled(page)
        result += [f"{scheme}, {width} px: {line}" for line in complaints(page, options)]
    return result


def test_axe_sees_what_is_wrong(visitor: Visitor, demo: Served) -> None:
    """That nothing is found elsewhere means something: what is broken on purpose is found, in the drawing too."""
    page = visitor.open(demo.page + "?size=1")
    page.evaluate("document.querySelector('label[for=go-date]').remove()")
    page.evaluate("document.getElementById('go-date').removeAttribute('placeholder')")
    page.evaluate("document.documentElement.removeAttribute('lang')")
    page.evaluate("document.querySelectorAll('.drawn-buttons button').forEach((b) => (b.style.color = '#bbb'))")
    result = " ".join(complaints(page, OPTIONS))
    assert "label: ['#go-date']" in result
    assert "html-has-lang" in result
    assert "color-contrast" in result


def states() -> list[Any]:
    """Give all of them. A window drawn, or an act of the reader, is the work of our own scripts."""
    ours = {name for name, (_, address, _, act) in STATES.items() if address.startswith("?") or act is not nothing}
    return [pytest.param(name, marks=[pytest.mark.scripts] if name in ours else []) for name in STATES]


@pytest.mark.parametrize("name", states())
def test_axe_finds_nothing(visitor: Visitor, request: pytest.FixtureRequest, name: str) -> None:
    """The timeline and what hangs on it, in every state that a reader can bring it to; a share of them in every look."""
    server, address, status, act = STATES[name]
    served: Served = request.getfixturevalue(server)
    visitor.forgiven = ("status of 4",) if status >= 400 else ()
    drawn = address.startswith("?") or not address
    if drawn and name not in WITH_ALL:
        address += f"{'&' if address else '?'}size=6"
    page = visitor.open(served.page + address, status=status, settle=drawn)
    act(page)
    if drawn:
        settled(page)
    assert in_every_look(page, LOOKS if name in some([*STATES]) else LOOKS[:1]) == []


def test_axe_finds_nothing_in_the_story_and_in_a_card_of_nothing(visitor: Visitor, demo: Served) -> None:
    """A link may name a happening that the timeline does not have: its card says so."""
    page = visitor.open(f"{demo.page}?story=shahkar-meeting", settle=False)
    assert page.locator("article.one").count() == 1
    assert in_every_look(page) == []
    visitor.forgiven = ("status of 4",)
    page.goto(f"{demo.page}?size=6&focus=nothing-of-the-kind")
    page.locator("#card", has_text="nothing-of-the-kind").wait_for()
    assert in_every_look(page) == []


def test_axe_finds_nothing_on_the_list_of_timelines(visitor: Visitor, tricky: Served) -> None:
    """Where a server has two timelines."""
    page = visitor.open(f"{tricky.origin}/-/timeline", settle=False)
    assert page.locator("main li").count() == 2
    assert in_every_look(page) == []


@pytest.mark.parametrize("table", ["happenings", "timeline", "nothing"])
def test_axe_finds_nothing_on_any_rows_drawn(visitor: Visitor, tricky: Served, table: str) -> None:
    """A table, a view, and a question without an answer, as `.timeline`."""
    rows = f"/tricky/{table}.timeline?_size=20" if table != "nothing" else "/tricky/search.timeline?words=xyzzy"
    page = visitor.open(tricky.origin + rows, settle=table != "nothing")
    assert in_every_look(page) == []
