"""Commands that tests of reports run, and how they read a report. Must not test anything."""

import re
import subprocess
import sys
from base64 import b64decode, b64encode
from html import unescape
from pathlib import Path

from click.testing import CliRunner, Result

from timeline.cli import main

sys.path.insert(0, str(Path(__file__).parent.parent / "capture"))
import material  # PDFs

PORT = "The port of Tangier was closed on 3 March 2021"
NEWS = "The port stayed open all of 3 March 2021, it is “said”. Unmistakeable words: أُغلق الميناء."


def run(*words: str | Path, code: int = 0) -> Result:
    """Run a command in this process."""
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result


def words(page: str | Path) -> str:
    """Return the words of a page, without its style and its data."""
    text = page.read_text(encoding="utf-8") if isinstance(page, Path) else page
    text = re.sub(r"<style>.*?</style>|(?:src|href)=\"data:[^\"]*\"", "", text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", text)))


def verify(name: str, *arguments: str | Path, here: Path) -> tuple[int, str]:
    """Run a verifier of a folder, alone, and return its exit code and its output."""
    done = subprocess.run([sys.executable, "-I", name, *map(str, arguments)], cwd=here, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def everything(place: Path) -> bytes:
    """Return the bytes of a page or of all files of a folder, with the data that pages and proofs hold in base64."""
    files = [place] if place.is_file() else [one for one in place.rglob("*") if one.is_file()]
    content = b"".join(one.read_bytes() for one in files)
    return content + b"".join(b64decode(one) for one in re.findall(rb"[A-Za-z0-9+/]{40,}={0,2}", content) if len(one) % 4 == 0)


def material_base64() -> str:
    """Return a PDF in base64, as an export has it."""
    return b64encode(material.pdf(["He left."])).decode()
