"""The drawing's window in the URL: what is one, what is none, and that it is read as it was written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from timeline.dates import day_number
from timeline.selection import window
from timeline.selection.window import Window

FAR = 400_000_000_000_000.0


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("0001-01-01/0001-01-02", 1.0, 2.0),
        ("0001-01-01T12:00/0001-01-02T18:00", 1.5, 2.75),
        ("1990-01-01/2005-06-30", day_number(1990, 1, 1), day_number(2005, 6, 30)),
        ("-0152-01-01/0000-12-31", day_number(-152, 1, 1), 0.0),
        ("-170000000-01-01/12000-02-29", day_number(-170_000_000, 1, 1), day_number(12_000, 2, 29)),
        ("2025-11-24T08:00/2025-11-24T08:01", day_number(2025, 11, 24) + 1 / 3, day_number(2025, 11, 24) + 481 / 1440),
    ],
)
def test_a_window_is_read_and_written(text: str, start: float, end: float) -> None:
    """Days and minutes, before year 1 and far from it, to the letter."""
    read = window.read(text)
    assert read == Window(start, end)
    assert window.write(read) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "/", "banana", "2025", "2025-01-01", "2025-01-01/", "2025-01-01/2025-01-01", "2025-01-02/2025-01-01", "2025/2026",
        "2025-13-01/2026-01-01", "2025-02-30/2026-01-01", "2025-00-01/2026-01-01", "2025-01-01T24:00/2026-01-01",
        "2025-01-01T10:60/2026-01-01", "0-01-01/2026-01-01", "-9999999999999-01-01/2026-01-01", "٢٠٢٥-01-01/2026-01-01",
        "2025-01-01/2026-01-01/2027-01-01", "2025-01-01T10/2026-01-01", "2025-01-01/2026-01-01\n", "-170000000/2026-01-01",
    ],
)  # fmt: skip
def test_what_is_no_window_is_none(text: str) -> None:
    """Months and days exist, the end comes after the start, and there is no other text."""
    assert window.read(text) is None


def test_a_plus_sign_and_leading_zeros_are_read_and_not_written() -> None:
    """Two ways to write one window lead to one address."""
    read = window.read("+002025-01-01/2026-01-01T00:00")
    assert read is not None
    assert window.write(read) == "2025-01-01/2026-01-01"


@given(st.floats(-FAR, FAR), st.floats(-FAR, FAR))
def test_a_permalink_round_trips(one: float, other: float) -> None:
    """A written window is read back to the minute, and written the same way again."""
    text = window.write(Window(one, other))
    read = window.read(text)
    assert read is not None
    assert window.write(read) == text
    within = abs(one) < 3.6e14 and abs(other) < 3.6e14 and one + 1 < other
    if within:
        assert math.isclose(read.start, one, rel_tol=0, abs_tol=0.06)
        assert math.isclose(read.end, other, rel_tol=0, abs_tol=0.06)


@pytest.mark.parametrize(
    "given_", [Window(5.0, 5.0), Window(5.0, 4.0), Window(-math.inf, math.inf), Window(3.65e14, 3.65e14), Window(math.inf, 0.0)]
)
def test_what_is_too_narrow_or_too_far_is_written_as_what_can_be_read(given_: Window) -> None:
    """An end a minute after the start, and years of twelve digits, are as far as it goes."""
    assert window.read(window.write(given_)) is not None
