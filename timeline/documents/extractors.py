"""The name of an extractor: a source's record of how its text was read from its bytes.

Owns the form of that name, and the mark on a text that was recognised, or not compared with its document. Must not read a document.
"""

import re
from dataclasses import dataclass
from typing import Final

GIVEN: Final = "given as text"
DECODED: Final = "decoded as "
PICTURE: Final = "a picture, without text"
RECORDING: Final = "a recording, without text"
WITHOUT_TEXT: Final = (PICTURE, RECORDING)
TRANSCRIBED: Final = "transcribed by a person"
TRANSCRIPT: Final = "transcript by a person, compare it with the document"
RECOGNISED: Final = "recognised by tesseract"
SEE_IMAGE: Final = "recognised text, see the image"
AS_GIVEN: Final = "text as given by the bundle"
NOT_COMPARED: Final = f"{AS_GIVEN}, not compared with the document"
LONGEST: Final = 4_000  # characters
_AS_GIVEN: Final = re.compile(rf"{AS_GIVEN} \((.*)\)").fullmatch
_READ: Final = re.compile(
    r"; read as (?P<media_type>\S+)(?: in (?P<encoding>\S+))?(?: at (?P<record>\S+))?"
    r"(?: by OCR in (?P<ocr>\S+))? with [^;]+ \(setup [0-9a-f]{12}\)$"
)
_PAGES: Final = re.compile(rf"{RECOGNISED}[^;]* on (pages? [^;]+); the others by ").match
_ENCODING: Final = re.compile(rf"{DECODED}([\w.-]+)")


@dataclass(frozen=True, slots=True)
class Reading:
    """How a document is read: its media type, and the encoding, WARC record and languages of OCR if they were given."""

    media_type: str
    encoding: str | None = None
    record: str | None = None
    ocr: str | None = None


def name(extractor: str, reading: Reading, libraries: str, setup: str) -> str:
    """Return an extractor's name with everything that affects its result: the reading, and the setup, a hash of the rest."""
    encoding = f" in {reading.encoding}" if reading.encoding else ""
    record = f" at {reading.record}" if reading.record else ""
    ocr = f" by OCR in {reading.ocr}" if reading.ocr else ""
    return f"{extractor}; read as {reading.media_type}{encoding}{record}{ocr} with {libraries} (setup {setup})"


def reading(extractor: str) -> Reading | None:
    """Return how a document was read, from its extractor's name; None if the name does not say."""
    match = _READ.search(_inner(extractor[-LONGEST:]))
    return Reading(**match.groupdict()) if match else None


def without_setup(extractor: str) -> str:
    """Return an extractor's name without the reading and the setup, for a person."""
    return _READ.sub("", extractor)


def is_same(extractor: str, other: str) -> bool:
    """Whether two names have the same setup and reading, so that both extractors read the same text."""
    one, two = (_READ.search(each[-LONGEST:]) for each in (extractor, other))
    return one is not None and two is not None and one[0] == two[0]


def ocr(extractor: str) -> str | None:
    """Return the languages in which the text, or a part of it, was recognised; None for any other text."""
    read = reading(extractor)
    return read.ocr if read else None


def encoding(extractor: str) -> str | None:
    """Return the encoding in which a document was read, if the name has it."""
    match = _ENCODING.search(_inner(extractor))
    return match[1] if match else None


def as_given(extractor: str) -> str:
    """Mark a text as not compared with its document; leave an existing mark as it is."""
    return extractor if is_as_given(extractor) else f"{AS_GIVEN} ({extractor})"


def is_compared_at_once(extractor: str) -> bool:
    """Whether a text follows from its bytes without an extractor: it was given, or decoded, or a picture or recording has none."""
    return extractor in (GIVEN, *WITHOUT_TEXT) or extractor.startswith(DECODED)


def is_as_given(extractor: str) -> bool:
    """Whether a text has that mark."""
    return _AS_GIVEN(extractor) is not None


def is_given(extractor: str) -> bool:
    """Whether a text was given by a person or a bundle, so that no program here reads it again."""
    return extractor == TRANSCRIBED or is_as_given(extractor)


def caveat(extractor: str) -> str | None:
    """Return the words that warn a reader of a text: it is not certain to have the document's own words."""
    if extractor == TRANSCRIBED:
        return TRANSCRIPT
    warnings = [NOT_COMPARED] if is_as_given(extractor) else []
    if _inner(extractor).startswith(RECOGNISED):
        pages = _PAGES(_inner(extractor))
        warnings.insert(0, f"{SEE_IMAGE} ({pages[1]})" if pages else SEE_IMAGE)
    return "; ".join(warnings) or None


def _inner(extractor: str) -> str:
    match = _AS_GIVEN(extractor)
    return match[1] if match else extractor
