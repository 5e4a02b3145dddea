"""Identify the setup that extracts text: this code, the libraries, Python.

Owns the setup's hash: with the same hash, the same bytes give the same text. Must not read a document.
"""

import platform
import sys
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from timeline import capture
from timeline.capture import ocr
from timeline.capture.encodings import codec_of
from timeline.documents import document, extractors
from timeline.documents.extractors import Reading

_LIBRARIES: Final = (
    "trafilatura", "lxml", "lxml_html_clean", "justext", "courlan", "htmldate", "charset-normalizer", "pypdfium2", "warcio",
    "brotli",
)  # fmt: skip


def full_name(extractor: str, media_type: str, encoding: str | None, record: str | None, languages: str | None = None) -> str:
    """Name an extractor with its setup, so that any computer can check whether it has the same one."""
    languages = languages if extractor.startswith(extractors.RECOGNISED) else None  # there may have been no page to recognise
    reading = Reading(media_type, codec_of(encoding), record if record and not any(map(str.isspace, record)) else None, languages)
    lxml = () if media_type == "application/pdf" or media_type in capture.OFFICE or languages else _lxml()
    recognition = (ocr.decided_by(languages), f"Pillow {_version('pillow')}") if languages else ()
    return extractors.name(extractor, reading, ", ".join((*recognition, *lxml, f"Python {platform.python_version()}")), setup())


@cache
def setup() -> str:
    """Hash this code, each library file by file, Python, and the machine's kind."""
    parts = [sys.version, sys.platform, platform.machine()]
    parts += _lxml()
    here = Path(__file__).parent
    for path in (*sorted(here.glob("*.py")), Path(document.__file__), Path(extractors.__file__)):
        parts.append(f"{path.name} {sha256(path.read_bytes()).hexdigest()}")
    parts += [f"{name} {_files(name)}" for name in _LIBRARIES]
    return sha256("\n".join(parts).encode()).hexdigest()[:12]


def _version(name: str) -> str:
    try:
        return distribution(name).version
    except PackageNotFoundError:
        return "absent"


@cache
def _lxml() -> tuple[str, ...]:
    """Return the versions of lxml and of its libxml2, which may be the system's."""
    try:
        from lxml import etree  # type: ignore[import-untyped]  # noqa: PLC0415 it belongs to an extra
    except ImportError:
        return ()
    return tuple(
        f"{name} {'.'.join(map(str, numbers))}"
        for name, numbers in (("lxml", etree.LXML_VERSION[:3]), ("libxml2", etree.LIBXML_VERSION))
    )


def _files(name: str) -> str:
    """Return the version of a library and the hashes of the files in its wheel, without files that an installer adds."""
    try:
        installed = distribution(name)
    except PackageNotFoundError:
        return "absent"
    listed = (installed.read_text("RECORD") or "").splitlines()
    hashes = [line for line in listed if ",sha256=" in line and not line.startswith("..") and ".dist-info/" not in line]
    return "\n".join((installed.version, *sorted(hashes)))
