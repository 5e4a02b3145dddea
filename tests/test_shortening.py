"""Texts are cut to a length alike everywhere."""

import pytest

from timeline.shortening import shortened


@pytest.mark.parametrize(("text", "shown"), [("abcd", "abcd"), ("abcde", "abc…"), ("ab cd", "ab…"), ("", "")])
def test_a_longer_text_ends_with_an_ellipsis(text: str, shown: str) -> None:
    """Which counts among the characters; no space is left before it."""
    assert shortened(text, 4) == shown
