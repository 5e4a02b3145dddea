"""The same calls on a file and on a shared log give the same events, the same errors and the same root, whatever they are."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from conftest import emptied_log
from examples import Clock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shares import share

from timeline import Timeline, TimelineError, merkle
from timeline.errors import RedactionUnfinished

Call = Callable[[Timeline], object]
TEXTS = ("The gate was open. The gate was shut.", "The bridge fell in June.", "Nobody saw the boat.")
QUOTES = ("The gate was open", "The gate", "The bridge fell", "saw the boat", "saw a ghost")
ids = st.sampled_from(("dawn", "noon", "dusk"))
sources = st.sampled_from(("letter", "diary"))
versions = st.sampled_from((None, None, None, 0, 1, 2))
citations = st.lists(st.fixed_dictionaries({"source": sources, "quote": st.sampled_from(QUOTES)}), min_size=1, max_size=2)
reasons = st.sampled_from(("A slip.", "By law."))
optional = {"part_of": ids, "related": st.lists(ids, max_size=2), "summary": st.sampled_from(("Short.", "Long."))}
happenings = st.fixed_dictionaries(
    {
        "title": st.sampled_from(("It opens", "It shuts")),
        "date": st.sampled_from(("1912", "1912-06~", "1913-13")),
        "citations": citations,
    },
    optional=optional,
)
changes = st.fixed_dictionaries(
    {}, optional={"title": st.just("It opens"), "date": st.just("1913"), "citations": citations, **optional}
)


def _call(name: str) -> Callable[..., Call]:
    return lambda *words, **fields: lambda timeline: getattr(timeline, name)(*words, **fields)


def _entries(drawn: list[tuple[str, dict[str, Any]]]) -> Call:
    return lambda timeline: timeline.append_many([{"id": id, **fields} for id, fields in drawn])


calls = st.one_of(
    st.builds(_call("archive"), text=st.sampled_from(TEXTS), id=sources, title=st.sampled_from(("Letter", "Diary"))),
    st.builds(_call("archive"), text=st.sampled_from(TEXTS), id=st.none(), title=st.just("Found")),
    st.builds(lambda id, fields, expected: _call("record")(id, expected_version=expected, **fields), ids, happenings, versions),
    st.builds(
        lambda id, fields, reason, expected: _call("correct")(id, reason=reason, expected_version=expected, **fields),
        ids,
        changes,
        reasons,
        versions,
    ),
    st.builds(
        _call("correct_source"), sources, title=st.sampled_from(("Letter", "Note")), reason=reasons, expected_version=versions
    ),
    st.builds(_call("retract"), ids, reason=reasons, superseded_by=st.one_of(st.none(), ids), expected_version=versions),
    st.builds(_call("review"), ids, verdict=st.sampled_from(("confirmed", "doubted")), version=versions, expected_version=versions),
    st.builds(_call("redact"), st.integers(1, 6), reason=reasons, keep_documents=st.booleans(), expected_version=versions),
    st.builds(_entries, st.lists(st.tuples(ids, happenings), max_size=4)),
)


@contextmanager
def _same_salts() -> Iterator[None]:
    numbers = count(1)
    with patch("secrets.token_bytes", lambda size: b"".join(next(numbers).to_bytes(16, "big") for _ in range(size // 16))):
        yield


def _run(timeline: Timeline, drawn: list[Call]) -> tuple[list[object], list[tuple[Any, ...]], bytes]:
    """Make the calls; return the results, the rows and the root."""
    outcomes: list[object] = []
    with _same_salts():
        for call in drawn:
            try:
                outcomes.append(repr(call(timeline)))
            except RedactionUnfinished as error:
                pytest.fail(str(error))
            except TimelineError as error:
                outcomes.append((type(error), str(error).replace(timeline.log.name, "LOG"), error.faults))
    tree = merkle.Growth()
    rows = [*timeline.events()]
    for row in rows:
        tree.add(merkle.leaf_hash(merkle.leaf(*row[:6], row[8])))
    documents = [timeline.log.document(sha256) for sha256 in _named(rows)]
    return [*outcomes, documents], rows, tree.root()


def _named(rows: list[tuple[Any, ...]]) -> list[str]:
    """List the documents that were archived by any call."""
    from hashlib import sha256

    return [sha256(text.encode()).hexdigest() for text in TEXTS] if rows else []


@settings(max_examples=share(60), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(calls, min_size=2, max_size=12))
def test_the_same_calls_have_the_same_outcome(emptied: str, drawn: list[Call]) -> None:
    """Events, positions, hashes, errors, documents and the root."""
    emptied_log(emptied)
    with tempfile.TemporaryDirectory() as folder:
        with Timeline(Path(folder) / "timeline.db", by="Ann", clock=Clock()) as file:
            in_file = _run(file, drawn) if file.log.make() is None else None
        with Timeline(emptied, by="Ann", clock=Clock()) as shared:
            assert _run(shared, drawn) == in_file
