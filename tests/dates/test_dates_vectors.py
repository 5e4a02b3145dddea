"""Agreement with the published examples and with an independent corpus, exception by exception."""

import json
from pathlib import Path
from typing import Any

import pytest

from timeline.dates import parse, words
from timeline.errors import DateInvalid

VECTORS = Path(__file__).parents[2].parent / "shared" / "vectors" / "edtf"

BOUNDS_EXCEPTIONS = {
    "Y-17E7": (
        ("-170000000-01-01", "-170000000-12-31"),
        "4.7.3: an exponent makes a definite year; the corpus has null for want of range in its database",
    ),
    "Y17E7": (
        ("170000000-01-01", "170000000-12-31"),
        "4.7.3: an exponent makes a definite year; the corpus has null for want of range in its database",
    ),
    "Y171010000S3": (
        ("171000000-01-01", "171999999-12-31"),
        "4.4.3: significant digits count from the left; the range in A.6.3, example 2, contradicts it",
    ),
}
"""Dates whose bounds differ from the corpus, with ours and the reason in ISO 8601-2:2019."""


def load(name: str) -> dict[str, Any]:
    """Read a file of vectors, or skip the test where it is not there."""
    path = VECTORS / name
    if not path.exists():
        pytest.skip(f"no vectors at {path}")
    vectors: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return vectors


def corpus() -> list[dict[str, Any]]:
    """List the valid rows of the corpus."""
    vectors = load("conformance-corpus.json")
    return [row for level in ("level0", "level1", "level2") for row in vectors[level]]


def bound(value: str | None) -> str | None:
    """Take both infinity and null for no bound."""
    return None if value in ("infinity", "-infinity") else value


def test_every_loc_example_has_its_level() -> None:
    """Each example of the Library of Congress is read, at its level or the one ISO gives it."""
    rows = load("loc-examples.json")["examples"]
    expected = {row["edtf"]: row.get("our_level", row["level"]) for row in rows}
    actual = {row["edtf"]: parse(row["edtf"]).level for row in rows}
    assert expected == actual


def test_every_corpus_row_has_its_level_precision_and_type() -> None:
    """Each valid row of the corpus agrees on what kind of date it is."""
    rows = corpus()
    expected = {row["edtf"]: (row["level"], row["precision"], row["type"]) for row in rows}
    values = {row["edtf"]: parse(row["edtf"]) for row in rows}
    actual = {text: (value.level, value.precision, value.type) for text, value in values.items()}
    assert expected == actual


def test_every_corpus_row_has_its_bounds() -> None:
    """Each valid row of the corpus has its bounds, or those of a named exception."""
    rows = corpus()
    expected = {row["edtf"]: (bound(row["earliest"]), bound(row["latest"])) for row in rows}
    expected |= {text: bounds for text, (bounds, _) in BOUNDS_EXCEPTIONS.items()}
    values = {row["edtf"]: parse(row["edtf"]) for row in rows}
    actual = {text: (value.earliest, value.latest) for text, value in values.items()}
    assert expected == actual


def test_the_corpus_keeps_open_apart_from_unknown() -> None:
    """A side is open exactly where the corpus has infinity, and unknown or stated elsewhere."""
    rows = corpus()
    expected = {row["edtf"]: (row["earliest"] == "-infinity", row["latest"] == "infinity") for row in rows}
    values = {row["edtf"]: parse(row["edtf"]) for row in rows}
    actual = {text: (value.start == "open", value.end == "open") for text, value in values.items()}
    assert expected == actual


def test_every_exception_is_needed() -> None:
    """No exception outlives its reason: each one differs from the corpus still."""
    rows = {row["edtf"]: (bound(row["earliest"]), bound(row["latest"])) for row in corpus()}
    for text, (bounds, _) in BOUNDS_EXCEPTIONS.items():
        assert rows[text] != bounds


def test_every_invalid_vector_is_refused() -> None:
    """Whatever the vectors call invalid is refused."""
    for row in load("conformance-corpus.json")["invalid"] + load("loc-examples.json")["invalid"]:
        with pytest.raises(DateInvalid):
            parse(row["edtf"])


def test_every_vector_has_words_of_its_own() -> None:
    """Each valid vector is said in words, and no two are said alike."""
    texts = {row["edtf"] for row in corpus()} | {row["edtf"] for row in load("loc-examples.json")["examples"]}
    said = [words(text) for text in sorted(texts)]
    assert len(set(said)) == len(texts)
