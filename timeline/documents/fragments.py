"""The part of a picture or of a recording that a citation names: a W3C Media Fragment, `xywh=percent:10,20,30,40` or `t=10,20`.

Owns the form of a fragment, the documents that have such parts, and its wording. Must not decode a document. Imports the standard
library alone.
"""

import re
from decimal import Decimal
from typing import Final, NamedTuple

RECORDINGS: Final = {
    ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".wav": "audio/wav", ".ogg": "audio/ogg", ".opus": "audio/ogg",
    ".flac": "audio/flac", ".mp4": "video/mp4", ".m4v": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime",
    ".mkv": "video/x-matroska",
}  # fmt: skip
RECORDING_NAMES: Final = "MP3, M4A, WAV, Ogg, FLAC, MP4, MOV, WebM or Matroska"
_BEGINNINGS: Final = (
    (re.compile(rb"ID3|\xff[\xe0-\xfd]"), "audio/mpeg"),
    (re.compile(rb"RIFF....WAVE", re.S), "audio/wav"),
    (re.compile(rb"OggS"), "audio/ogg"),
    (re.compile(rb"fLaC"), "audio/flac"),
    (re.compile(rb"....ftypM4[AB] ", re.S), "audio/mp4"),
    (re.compile(rb"....(?:ftypqt  |moov|mdat|wide|free|skip)", re.S), "video/quicktime"),
    (re.compile(rb"....ftyp", re.S), "video/mp4"),
    (re.compile(rb"\x1aE\xdf\xa3.{0,60}webm", re.S), "video/webm"),
    (re.compile(rb"\x1aE\xdf\xa3"), "video/x-matroska"),
)
STANDARD: Final = "http://www.w3.org/TR/media-frags/"
_PERCENT: Final = r"((?:0|[1-9][0-9]{0,2})(?:\.[0-9]{1,6})?)"
_SECONDS: Final = r"((?:0|[1-9][0-9]{0,6})(?:\.[0-9]{1,3})?)"
_REGION: Final = re.compile(rf"xywh=percent:{_PERCENT},{_PERCENT},{_PERCENT},{_PERCENT}")
_RANGE: Final = re.compile(rf"t={_SECONDS}(?:,{_SECONDS})?")
_TIME: Final = r"((?:[0-9]{1,3}:)?[0-9]{1,2}:[0-9]{2})"
_CLOCK: Final = re.compile(rf"(?:t=)?(?:npt:)?{_TIME}(?:\s*[,–-]\s*{_TIME})?")
_WHOLE: Final = 100  # percent
_TYPED_REGION: Final = re.compile(r"\s*[,;\s]\s*".join([r"(\d+(?:\.\d+)?)\s*%?"] * 4))
_MOMENT: Final = r"((?:\d{1,3}:)?\d{1,2}:\d{2}(?:\.\d+)?|\d+(?:\.\d+)?\s*s?)"
_TYPED_RANGE: Final = re.compile(rf"{_MOMENT}(?:\s*(?:[,;–-]|to)\s*{_MOMENT})?")
_FORM: Final = (
    'Write the region of a picture in percent from its left and top, with its width and height, "xywh=percent:10,20,30,40", or the'
    ' seconds of a recording, "t=10,20"'
)


class Region(NamedTuple):
    """A part of a picture, in percent of it as it is shown upright: from the left, from the top, its width, its height."""

    left: str
    top: str
    width: str
    height: str


class Range(NamedTuple):
    """A part of a recording, in seconds; without an end, from its start on."""

    start: str
    end: str | None


def read(fragment: str) -> Region | Range:
    """Read a fragment. Raises ValueError with the fault and the next step."""
    if match := _REGION.fullmatch(fragment):
        left, top, width, height = map(Decimal, match.groups())
        if not width or not height:
            raise ValueError("is a region without a width or a height. Give both, in percent of the picture")
        if left + width > _WHOLE or top + height > _WHOLE:
            raise ValueError(
                "is a region beyond the edge of the picture. Left and width are 100 percent at most, and so are top and height"
            )
        return Region(*match.groups())
    if match := _RANGE.fullmatch(fragment):
        start, end = match.groups()
        if end is not None and Decimal(start) >= Decimal(end):
            raise ValueError("ends before it begins, or at once. Give the earlier second first, and a later one after it")
        return Range(start, end)
    if match := _CLOCK.fullmatch(fragment.strip()):
        raise ValueError(f'is in hours and minutes. Write seconds: "t={",".join(_seconds(one) for one in match.groups() if one)}"')
    if fragment.startswith("xywh=") and not fragment.startswith("xywh=percent:"):
        raise ValueError("counts pixels, which differ between copies of a picture. Write percent of its width and height")
    raise ValueError(f"is not a part of a picture or recording. {_FORM}")


def of_typed_words(text: str) -> str:
    """Return the fragment that a person typed: four percentages, or one or two times. As typed, if it is anything else.

    Example:
        >>> of_typed_words("10, 20, 30, 40"), of_typed_words("1:05–1:20.5"), of_typed_words("t=10,20")
        ('xywh=percent:10,20,30,40', 't=65,80.5', 't=10,20')
    """
    text = text.strip()
    if match := _TYPED_REGION.fullmatch(text):
        return f"xywh=percent:{','.join(map(_plain, match.groups()))}"
    if match := _TYPED_RANGE.fullmatch(text):
        return f"t={','.join(_seconds(one) for one in match.groups() if one)}"
    return text


def is_recording(media_type: str | None) -> bool:
    """Whether a document is audio or video."""
    return (media_type or "").startswith(("audio/", "video/"))


def recording_type(content: bytes) -> str | None:
    """Return the media type of a recording by its first bytes, whatever its name; None for anything else."""
    return next((media_type for begins, media_type in _BEGINNINGS if begins.match(content)), None)


def misplaced(fragment: str, media_type: str) -> str | None:
    """Return why a document of this type has no such part, with the next step; None if it has."""
    if isinstance(read(fragment), Region):
        if media_type.startswith("image/"):
            return None
        return "is a region, which only a picture has. Archive a picture of it" + (
            ', or give the seconds: "t=10,20"' if is_recording(media_type) else ", or quote its words"
        )
    if is_recording(media_type):
        return None
    return "is a time, which only audio and video have. " + (
        'Give the region: "xywh=percent:10,20,30,40"' if media_type.startswith("image/") else "Leave it out, and quote the words"
    )


def words(fragment: str) -> str:
    """Word a fragment for a reader; as it is written, if it is malformed."""
    try:
        part = read(fragment)
    except ValueError:
        return fragment
    if isinstance(part, Range):
        return f"from {_clock(part.start)} on" if part.end is None else f"{_clock(part.start)}–{_clock(part.end)}"
    left, top, width, height = (f"{number}%" for number in part)
    return f"the region {left} from the left and {top} from the top, {width} wide and {height} high"


def region(fragment: str | None) -> Region | None:
    """Return a fragment that is a region; None for any other, or a malformed one."""
    try:
        part = read(fragment or "")
    except ValueError:
        return None
    return part if isinstance(part, Region) else None


def _clock(seconds: str) -> str:
    whole, point, rest = seconds.partition(".")
    minutes, second = divmod(int(whole), 60)
    hours, minute = divmod(minutes, 60)
    return (f"{hours}:{minute:02}" if hours else f"{minute}") + f":{second:02}{point}{rest}"


def _seconds(clock: str) -> str:
    total = Decimal(0)
    for part in clock.rstrip("s ").split(":"):
        total = 60 * total + Decimal(part)
    return _plain(str(total))


def _plain(number: str) -> str:
    """Write a number without zeros that say nothing, and at most as exact as a fragment can be."""
    rounded = f"{Decimal(number).quantize(Decimal('0.001')):f}"
    return rounded.rstrip("0").rstrip(".")
