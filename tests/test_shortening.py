"""Texts are cut to a length in the same way everywhere."""

import pytest

from timeline.shortening import shortened


@pytest.mark.parametrize(("text", "shown"), [("abcd", "abcd"), ("abcde", "abc…"), ("ab cd", "ab…"), ("", "")])
def test_a_longer_text_ends_with_an_ellipsis(text: str, shown: str) -> None:
    """It counts as a character; no space remains before it."""
    assert shortened(text, 4) == shown
