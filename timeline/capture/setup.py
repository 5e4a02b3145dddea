"""What decides the text that is read from a document, besides the document: this code, the libraries, Python.

Owns the setup, a hash of all of it: where it is the same, the same bytes give the same text. Must not read a document.
"""

import platform
import sys
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

from timeline import documents, extractors
from timeline.capture.encodings import known
from timeline.extractors import Reading

_LIBRARIES: Final = (
    "trafilatura",
    "lxml",
    "lxml_html_clean",
    "justext",
    "courlan",
    "htmldate",
    "charset-normalizer",
    "pypdfium2",
    "warcio",
    "brotli",
)


def named(extractor: str, media_type: str, encoding: str | None, record: str | None) -> str:
    """Name an extractor so that it can be told, anywhere, whether the same one is at hand."""
    asked = Reading(media_type, known(encoding), record if record and not any(map(str.isspace, record)) else None)
    lxml = () if media_type == "application/pdf" else _lxml()
    return extractors.name(extractor, asked, ", ".join((*lxml, f"Python {platform.python_version()}")), setup())


@cache
def setup() -> str:
    """Hash this code, each library file by file, Python, and the machine's kind."""
    parts = [sys.version, sys.platform, platform.machine()]
    parts += _lxml()
    here = Path(__file__).parent
    for path in (*sorted(here.glob("*.py")), Path(documents.__file__), here.parent / "extractors.py"):
        parts.append(f"{path.name} {sha256(path.read_bytes()).hexdigest()}")
    parts += [f"{name} {_files(name)}" for name in _LIBRARIES]
    return sha256("\n".join(parts).encode()).hexdigest()[:12]


@cache
def _lxml() -> tuple[str, ...]:
    """Tell the versions of lxml and of the library within it, which may be the system's own."""
    try:
        from lxml import etree  # type: ignore[import-untyped]  # noqa: PLC0415 it belongs to an extra
    except ImportError:
        return ()
    return tuple(
        f"{name} {'.'.join(map(str, numbers))}"
        for name, numbers in (("lxml", etree.LXML_VERSION[:3]), ("libxml2", etree.LIBXML_VERSION))
    )


def _files(name: str) -> str:
    """Give the version of a library and the hash of each of its files, as its wheel lists them; not what an installer adds."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return "absent"
    listed = (found.read_text("RECORD") or "").splitlines()
    kept = [line for line in listed if ",sha256=" in line and not line.startswith("..") and ".dist-info/" not in line]
    return "\n".join((found.version, *sorted(kept)))
