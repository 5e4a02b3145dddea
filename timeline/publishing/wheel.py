"""Build a wheel of the running program, for projects and published folders: no package index has it yet.

Owns the format of the archive. The same files give the same bytes, so that an unchanged program stays unchanged.
"""

import base64
import hashlib
import io
import zipfile
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import timeline
from timeline.errors import PublishingRefused

PACKAGE = "cited-timeline"
_WHEEL = "Wheel-Version: 1.0\nGenerator: timeline publish\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first date of the zip format
_MODE = 0o100644 << 16


def wheel() -> tuple[str, bytes]:
    """Return the wheel's file name and content. Raises PublishingRefused where the program is not installed."""
    try:
        installed = distribution(PACKAGE)
    except PackageNotFoundError:
        raise PublishingRefused(PACKAGE, "is not installed, so no wheel can be built. Install it: pip install .") from None
    stem = f"{PACKAGE.replace('-', '_')}-{installed.version}"
    files = {**_package(), **_about(installed, f"{stem}.dist-info")}
    record = f"{stem}.dist-info/RECORD"
    listed = "".join(f"{name},sha256={_digest(content)},{len(content)}\n" for name, content in files.items())
    files[record] = f"{listed}{record},,\n".encode()
    return f"{stem}-py3-none-any.whl", _zipped(files)


def _package() -> dict[str, bytes]:
    root = Path(timeline.__file__).parent
    paths = sorted(path for path in root.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {f"timeline/{path.relative_to(root).as_posix()}": path.read_bytes() for path in paths if not path.name.startswith(".")}


def _about(installed: Distribution, folder: str) -> dict[str, bytes]:
    """Return the files for pip: the metadata, the commands and plugins, the licence."""
    texts = {
        "METADATA": installed.read_text("METADATA") or installed.read_text("PKG-INFO"),
        "WHEEL": _WHEEL,
        "entry_points.txt": installed.read_text("entry_points.txt"),
        "top_level.txt": "timeline\n",
        "licenses/LICENSE": installed.read_text("licenses/LICENSE"),
    }
    return {f"{folder}/{name}": text.encode() for name, text in texts.items() if text}


def _digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _zipped(files: dict[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _LONG_AGO)
            entry.external_attr = _MODE
            target.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return archive.getvalue()
