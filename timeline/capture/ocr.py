"""Recognise the words on a picture with Tesseract, a command of the system.

Owns how Tesseract is asked, its limits, the order of the text, and the name for all that decides the result. Must not open a
document: `pictures` and `pdf` give it pictures in grey.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from timeline.capture.extracted_text import readable
from timeline.documents.extractors import RECOGNISED
from timeline.errors import DocumentUnreadable, ExtraMissing
from timeline.processes import limit_memory

DPI: Final = 200  # at which pages are drawn; at 300, Arabic has twice the errors (tests/bench/ocr.py)
MOST_PIXELS: Final = 40_000_000  # of a picture that is recognised; larger ones are reduced
LONGEST_SIDE: Final = 32_000  # pixels; Tesseract refuses more than 32,767
SECONDS: Final = 120  # for a page
MEMORY: Final = 1_100_000_000  # bytes of addresses
_NAMED_PAGES: Final = 12
_SHORTEST: Final = 3  # letters of the name of a language
_MOST_LANGUAGES: Final = 9
_LANGUAGE: Final = re.compile(r"(?:script/)?[A-Za-z][A-Za-z0-9_]{0,30}")
_SIDES: Final = "osd"  # the data by which Tesseract sees which side of a page is up
_ANY_SIDE_UP, _UPRIGHT, _ONE_BLOCK = "1", "3", "6"  # its layouts
_CERTAIN: Final = 60  # of 100: less is made of the grain of blank paper
_WORD: Final = "5"  # the level of a word in Tesseract's table
_COLUMNS: Final = 12
_DIRECTIONS: Final = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # Tesseract adds them, the page has none
_INSTALL: Final = "apt-get install tesseract-ocr, or brew install tesseract"


class Grey(NamedTuple):
    """A picture: a byte for each pixel, row by row, and its pixels for each inch, if that is known."""

    width: int
    height: int
    pixels: bytes
    dpi: int | None = None


class Word(NamedTuple):
    """A word on a picture: its letters, the white space before it, and its sides in pixels from the top left."""

    text: str
    before: str
    left: int
    top: int
    right: int
    bottom: int


def checked(languages: str, name: str) -> str:
    """Return languages as Tesseract names them, "fra+ara". Raises DocumentUnreadable, or ExtraMissing if one is not installed."""
    named = languages.replace(",", "+").replace(" ", "").split("+")
    if len(named) > _MOST_LANGUAGES or not all(map(_LANGUAGE.fullmatch, named)):
        raise DocumentUnreadable(
            name, f"--ocr names languages as Tesseract does, such as fra+ara, at most {_MOST_LANGUAGES}. Name those of the document"
        )
    installed = _installed(_program(name))
    if absent := [one for one in named if one not in installed]:
        there = ", ".join(sorted(installed - {_SIDES})) or "none"
        package = absent[0].removeprefix("script/").replace("_", "-").lower()
        advice = (
            f"Install it (on Debian and Ubuntu: apt-get install tesseract-ocr-{package}), or name another"
            if len(absent[0]) >= _SHORTEST
            else "Name it as Tesseract does, in three letters: eng, fra or ara"
        )
        raise ExtraMissing(
            name, f"cannot be recognised in {absent[0]}, for which Tesseract has no data here; it has {there}. {advice}"
        )
    return "+".join(dict.fromkeys(named))


def by(languages: str) -> str:
    """Name what recognises, for the beginning of an extractor's name."""
    return f"{RECOGNISED} {_version()[0]} ({languages})"


def decided_by(languages: str) -> str:
    """Name all that decides the result: the program, its libraries, its use of the processor, and the data of the languages."""
    version, built = _version()
    parts = [built]
    for one in (*languages.split("+"), _SIDES):
        parts += [sha256(path.read_bytes()).hexdigest() for path in (_folder() / f"{one}.traineddata",) if path.is_file()]
    return f"Tesseract {version} of {sha256(' '.join(parts).encode()).hexdigest()[:12]}"


def words(picture: Grey, languages: str, name: str, seconds: float = SECONDS) -> list[Word]:
    """Return the words on a picture, in reading order. Raises DocumentUnreadable, with one line, whatever goes wrong."""
    layout = _ANY_SIDE_UP if _SIDES in _installed(_program(name)) else _UPRIGHT
    result, _ = _words(_table(picture, languages, layout, name, seconds))
    if not result:  # a line or two may not look like a page
        result, certainty = _words(_table(picture, languages, _ONE_BLOCK, name, seconds))
        result = result if certainty >= _CERTAIN else []
    return result


def _table(picture: Grey, languages: str, layout: str, name: str, seconds: float) -> str:
    command = [_program(name), "-", "-", "-l", languages, "--psm", layout, "-c", "dotproduct=generic"]
    command += ["--dpi", str(picture.dpi)] if picture.dpi else []
    try:
        done = subprocess.run(  # noqa: S603 - the languages are checked, and the picture is only read
            [*command, "tsv"],
            input=b"P5 %d %d 255\n" % (picture.width, picture.height) + picture.pixels,
            capture_output=True,
            env=_environment(),
            timeout=seconds,
            check=False,
            preexec_fn=partial(_limited, int(seconds)),  # safe, as this process has no threads
        )
    except subprocess.TimeoutExpired:
        raise DocumentUnreadable(
            name, f"takes more than {seconds:g} seconds for a page to be recognised. Archive the part that you cite"
        ) from None
    if done.returncode:
        raise DocumentUnreadable(
            name,
            f"cannot be recognised: Tesseract failed ({_reason(done)}). Archive the part that you cite, or a smaller picture of it",
        )
    return done.stdout.decode("utf-8", "replace")


def listed(pages: Sequence[int]) -> str:
    """List pages, only the first of many."""
    named = ", ".join(map(str, pages[:_NAMED_PAGES]))
    rest = f" and {len(pages) - _NAMED_PAGES} others" if len(pages) > _NAMED_PAGES else ""
    return f"page{'s' if len(pages) > 1 else ''} {named}{rest}"


def text(recognised: list[Word]) -> str:
    """Return the text of words: spaces between them, an end of line between lines, an empty line between paragraphs."""
    return "".join(f"{one.before}{one.text}" for one in recognised)


def _words(table: str) -> tuple[list[Word], float]:
    """Read Tesseract's table: return the words, and how certain it is of them, from 0 to 100."""
    result, last, certainties = list[Word](), ("", ""), [0.0]
    for row in table.splitlines()[1:]:
        cells = row.split("\t", _COLUMNS - 1)
        if len(cells) < _COLUMNS or cells[0] != _WORD:
            continue
        letters = "".join(_DIRECTIONS.sub("", readable(cells[-1])).split())
        if not letters:
            continue
        paragraph, line = " ".join(cells[1:4]), cells[4]
        before = "" if not result else "\n\n" if paragraph != last[0] else "\n" if line != last[1] else " "
        last = paragraph, line
        left, top, width, height = map(int, cells[6:10])
        result.append(Word(letters, before, left, top, left + width, top + height))
        certainties.append(float(cells[10]))
    return result, sum(certainties) / max(1, len(result))


def _program(name: str) -> str:
    path = shutil.which("tesseract")
    if path is None:
        raise ExtraMissing(name, f"cannot be recognised without Tesseract, which is not installed: {_INSTALL}")
    return path


def _limited(seconds: int) -> None:
    """Limit the process that recognises: if this one is ended meanwhile, the other does not go on for ever."""
    limit_memory(MEMORY)
    try:
        import resource  # noqa: PLC0415 it is not on every system

        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    except (ImportError, ValueError, OSError):
        return


def _environment() -> dict[str, str]:
    return {**os.environ, "OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}


def _reason(done: "subprocess.CompletedProcess[bytes]") -> str:
    if done.returncode < 0:
        return "it took too much memory or time"
    lines = [line for line in readable(done.stderr.decode("utf-8", "replace")).splitlines() if line.strip()]
    return " ".join(lines[-1].split())[:200] if lines else f"code {done.returncode}"


@cache
def _version() -> tuple[str, str]:
    """Return the version, and all that the program says of how it was built and of the processor."""
    answer = _answer(_program("Tesseract"), "--version")
    match = re.search(r"tesseract v?(\d[\w.-]*)", answer)
    return (match[1] if match else "of unknown version"), answer


@cache
def _installed(program: str) -> frozenset[str]:
    return frozenset(_answer(program, "--list-langs").splitlines()[1:])


@cache
def _folder() -> Path:
    match = re.search(r'"([^"]+)"', _answer(_program("Tesseract"), "--list-langs"))
    return Path(match[1]) if match else Path()


def _answer(program: str, option: str) -> str:
    try:
        done = subprocess.run([program, option], capture_output=True, env=_environment(), timeout=SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return (done.stdout or done.stderr).decode("utf-8", "replace")
