"""Hyphens at the ends of lines: words that were divided, and words that have one."""

import pytest

from timeline.capture import hyphens


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("an adminis\ufffetration", "an adminis\u00adtration"),  # what follows is no word
        ("non\ufffeprofit, for profit", "non-profit, for profit"),  # what follows is one
        ("under\ufffestand, to understand, to stand", "under\u00adstand, to understand, to stand"),  # as elsewhere
        ("co\ufffeop, our co-op", "co-op, our co-op"),
        ("well-in\ufffeformed, informed", "well-in\u00adformed, informed"),
        ("COVID\ufffe19", "COVID-19"),
        ("end\ufffe", "end-"),
    ],
)
def test_the_words_of_the_document_decide(before: str, after: str) -> None:
    """A divided word can be quoted as one, and one with a hyphen with it."""
    assert hyphens.decided(before) == after
