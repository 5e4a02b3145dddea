"""Take the picture of the README from the page itself: the timeline of the documents in seeds/, in Chromium, with a happening open.

Run it in the project's folder, with the extra `test` installed: python tests/picture.py. The picture replaces .github/timeline.png.
"""

import io
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

PROJECT = Path(__file__).resolve().parent.parent
PICTURE = PROJECT / ".github" / "timeline.png"
WIDTH, HEIGHT = 1280, 720
LARGEST = 150_000  # bytes, so that the README opens at once
STATE = "focus=shahkar-meeting"
COLOURS = 256
PATIENCE = 60  # seconds until the page has to be there


def free_port() -> int:
    """Find a port on which nothing listens."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(address: str) -> None:
    """Wait until the page answers."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            urllib.request.urlopen(address, timeout=PATIENCE).close()
            return
        except urllib.error.URLError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def take(address: str) -> None:
    """Open the page as a reader does, and write the picture."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", reduced_motion="reduce")
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.evaluate("scrollTo({top: 0, behavior: 'instant'})")  # the page goes to the open happening
        shot = page.screenshot()
        browser.close()
    Image.open(io.BytesIO(shot)).convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        PICTURE, optimize=True
    )


def main() -> None:
    """Build the timeline of the seeds in a folder of its own, serve it, and take the picture."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("events", "seeds"):
            shutil.copytree(PROJECT / name, Path(folder) / name)
        shutil.copy(PROJECT / "metadata.json", folder)
        program = [sys.executable, "-c", "from timeline.cli import main; main()"]
        subprocess.run([*program, "build"], cwd=folder, check=True)
        port = free_port()
        server = subprocess.Popen([*program, "serve", "--port", str(port)], cwd=folder)
        try:
            address = f"http://127.0.0.1:{port}/timeline/-/timeline?{STATE}"
            wait_for(address)
            take(address)
        finally:
            server.terminate()
            server.wait()
    if (size := PICTURE.stat().st_size) > LARGEST:
        raise SystemExit(f"{PICTURE}: has {size:,} bytes, at most {LARGEST:,} are allowed. Show less of the page")


if __name__ == "__main__":
    main()
