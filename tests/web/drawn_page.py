"""What the tests of the drawing in a browser share: windows to look at, what can be done to the drawing, and how windows compare.

Owns these alone. Must not test anything.
"""

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from browser import settled

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

DAY = "2025-11-24"
WINDOWS = {
    "all": "",
    "ages": "-0600-01-01/2100-01-01",
    "the change of era": "-0003-01-01/0003-01-01",
    "a century": "1940-01-01/2040-01-01",
    "around the thousand": "1950-01-01/1951-01-01",
    "the thousand": "1950-06-15/1950-06-16",
    "vague": "1995-01-01/2006-01-01",
    "a year": "2003-01-01/2004-01-01",
    "a week": "2025-11-18/2025-11-28",
    "a morning": "2025-11-24T07:00/2025-11-24T13:00",
    "ten minutes": "2025-11-24T10:25/2025-11-24T10:35",
}

# What stands on that day, but not at that time of it.
NOT_THEN = {"a morning": {"evening"}, "ten minutes": {"morning", "noon", "evening"}}


def view_of(page: "Page") -> "Locator":
    """Give the part of the drawing that moves."""
    return page.locator(".view")


def box_of(page: "Page", selector: str) -> dict[str, float]:
    """Give the place of an element on the screen."""
    box = page.locator(selector).first.bounding_box()
    assert box is not None
    return dict(box)


def asked(page: "Page") -> dict[str, str]:
    """Read the state that the address holds."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def press(page: "Page", *keys: str) -> None:
    """Press keys with the drawing in focus."""
    view_of(page).focus()
    for key in keys:
        page.keyboard.press(key)
        settled(page)


def near(found: tuple[float, float], expected: tuple[float, float]) -> bool:
    """Say whether two windows are the same, as exactly as the address holds them, and as a hand is steady."""
    length = expected[1] - expected[0]
    slack = max(length / 100, 1.01 if length > 60 else 2 / 1440)
    return abs(found[0] - expected[0]) < slack and abs(found[1] - expected[1]) < slack


def shifted(window: tuple[float, float], share: float) -> tuple[float, float]:
    """Give the window that is later by a share of its length."""
    by = (window[1] - window[0]) * share
    return window[0] + by, window[1] + by


def zoomed(window: tuple[float, float], factor: float, at: float = 0.5) -> tuple[float, float]:
    """Give the window that is closer by a factor about a place."""
    length = window[1] - window[0]
    fixed = window[0] + at * length
    return fixed - at * length / factor, fixed + (1 - at) * length / factor


def at_rest(page: "Page") -> None:
    """Let the address come to rest: a wheel has done so 150 ms after its last turn."""
    page.wait_for_timeout(250)
    settled(page)


def drag_strip(page: "Page", selector: str, by: float) -> None:
    """Drag a part of the strip by a share of its width."""
    width, box = box_of(page, ".strip")["width"], box_of(page, selector)
    at = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(at[0] + by * width / 2, at[1], steps=3)
    page.mouse.move(at[0] + by * width, at[1], steps=3)
    page.mouse.up()
    settled(page)
