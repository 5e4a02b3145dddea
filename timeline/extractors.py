"""The name of an extractor: what a source says of how its text came from its bytes.

Owns the form of that name, and the mark of a text that nobody compared with its document. Must not read a document.
"""

import re
from dataclasses import dataclass
from typing import Final

GIVEN: Final = "given as text"
DECODED: Final = "decoded as "
AS_GIVEN: Final = "text as given by the bundle"
NOT_COMPARED: Final = f"{AS_GIVEN}, not compared with the document"
LONGEST: Final = 4_000  # characters
_AS_GIVEN: Final = re.compile(rf"{AS_GIVEN} \((.*)\)").fullmatch
_READ: Final = re.compile(
    r"; read as (?P<media_type>\S+)(?: in (?P<encoding>\S+))?(?: at (?P<record>\S+))? with [^;]+ \(setup [0-9a-f]{12}\)$"
)
_ENCODING: Final = re.compile(rf"{DECODED}([\w.-]+)")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a document is read: as which media type, in the encoding and of the record that were asked for, if any was."""

    media_type: str
    encoding: str | None = None
    record: str | None = None


def named(extractor: str, reading: Reading, libraries: str, setup: str) -> str:
    """Name an extractor with all that decides what it reads: how it was asked, and the setup, which is a hash of the rest."""
    encoding = f" in {reading.encoding}" if reading.encoding else ""
    record = f" at {reading.record}" if reading.record else ""
    return f"{extractor}; read as {reading.media_type}{encoding}{record} with {libraries} (setup {setup})"


def reading(extractor: str) -> Reading | None:
    """Tell how a document was read, by the name of what read it; None where that does not say."""
    found = _READ.search(_inner(extractor[-LONGEST:]))
    return Reading(found["media_type"], found["encoding"], found["record"]) if found else None


def is_same(extractor: str, other: str) -> bool:
    """Whether both name the same setup, asked in the same way, so that both read the same text."""
    one, two = (_READ.search(name[-LONGEST:]) for name in (extractor, other))
    return one is not None and two is not None and one[0] == two[0]


def encoding(extractor: str) -> str | None:
    """Tell in which encoding a document was read, as far as the name says it."""
    found = _ENCODING.search(_inner(extractor))
    return found[1] if found else None


def as_given(extractor: str) -> str:
    """Mark a text as one that was not compared with its document; what is marked stays as it is."""
    return extractor if is_as_given(extractor) else f"{AS_GIVEN} ({extractor})"


def is_as_given(extractor: str) -> bool:
    """Whether a text is marked so."""
    return _AS_GIVEN(extractor) is not None


def _inner(extractor: str) -> str:
    found = _AS_GIVEN(extractor)
    return found[1] if found else extractor
