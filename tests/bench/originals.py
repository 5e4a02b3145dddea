"""Measure the marks on the pages of PDFs, and how fast a page is shown.

    python tests/bench/originals.py [--quotations 30] [--seed 7]

Chromium writes PDFs of the seeds in several faces, and of sentences in German. Random quotations are marked; each box is cut out of
its page, read with Tesseract (apt-get install tesseract-ocr tesseract-ocr-deu), and compared with the letters that it has to cover.
Then a server without network shows pages: the source's page, each picture for the first time, and each again.
"""

import argparse
import asyncio
import html
import os
import random
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from playwright.sync_api import sync_playwright

from timeline import Timeline
from timeline.capture import pdf
from timeline.originals import pages

SEEDS = Path(__file__).parent.parent.parent / "seeds"
SCALE, MARGIN = 4, 24  # pixels for a point of what is read, and of white around it
GERMAN = "Die Übergabe der Schriftstücke Nr. {} erfolgte am Abend in Zürich; die Größe des Auflaufs überraschte alle fünf Ämter."
FACES = {
    "serif": ("eng", "body { font: 12pt/1.4 'DejaVu Serif' }"),
    "tight": ("eng", "body { font: 10pt/1.05 'DejaVu Sans'; text-align: justify }"),
    "columns": ("eng", "body { font: 9.5pt/1.3 'Liberation Serif'; columns: 2; text-align: justify; hyphens: auto }"),
    "mono": ("eng", "body { font: 9pt/1.2 'DejaVu Sans Mono' }"),
    "spaced": ("eng", "body { font: 13pt/1.6 sans-serif; letter-spacing: .05em }"),
    "italic": ("eng", "body { font: italic 12pt/1.3 'Liberation Serif' }"),
    "german": ("deu", "body { font: 12pt/1.5 'Liberation Serif' }"),
}


def written(folder: Path) -> None:
    """Write the PDFs."""
    texts = [seed.read_text(encoding="utf-8") for seed in sorted(SEEDS.glob("*.txt"))]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, (language, style) in FACES.items():
            paragraphs = texts if language == "eng" else [GERMAN.format(number) for number in range(60)]
            page = browser.new_page()
            words = "".join(f"<p>{html.escape(text)}</p>" for text in paragraphs)
            page.set_content(f"<html lang={language[:2]}><style>{style}</style>{words}")
            page.pdf(path=str(folder / f"{name}.pdf"), format="A4")
        browser.close()


def cut_out(document: Any, page: int, box: pages.Box) -> bytes:  # noqa: ANN401 - a library's own
    """Draw a box of a page, with white around it."""
    drawn = document[page - 1].render(scale=SCALE, rev_byteorder=True)
    pixels, stride = bytes(drawn.buffer), drawn.stride
    left, top, right, bottom = (round(side * SCALE) for side in box)
    width, white = right - left + 2 * MARGIN, b"\xff" * MARGIN * 3
    rows = [white + pixels[row * stride + left * 3 : row * stride + right * 3] + white for row in range(max(0, top), bottom)]
    empty = [b"\xff" * width * 3] * MARGIN
    return pages.png(b"".join((*empty, *rows, *empty)), width, len(rows) + 2 * MARGIN, width * 3)


def read(picture: bytes, language: str) -> str:
    """Read a line with Tesseract."""
    command = ["tesseract", "-", "-", "--psm", "7", "-l", language]
    one_thread = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    return subprocess.run(command, input=picture, capture_output=True, check=True, env=one_thread).stdout.decode()


def plain(text: str) -> str:
    """Keep letters and digits."""
    return "".join(filter(str.isalnum, text.lower()))


def marks(folder: Path, quotations: int, chance: random.Random) -> None:
    """Print, for each face, the boxes that read as the very letters that they have to cover."""
    for name, (language, _) in FACES.items():
        content = (folder / f"{name}.pdf").read_bytes()
        document, texts = pages.opened(content, name), pdf.read(content, name).text.split("\f")
        boxes = same = uncertain = 0
        for _ in range(quotations):
            page = chance.randrange(1, len(texts) + 1)
            text = texts[page - 1]
            words = [match.span() for match in re.finditer(r"\S+", text)]
            first = chance.randrange(max(1, len(words) - 12))
            span = words[first][0], words[min(len(words) - 1, first + chance.randrange(2, 12))][1]
            there = pages._Places(document[page - 1], text)
            (found,) = there.of([span])
            uncertain += found is None
            numbers = zip(there._numbers_of(*span), "".join(text[slice(*span)].split()), strict=True)
            placed = [(pages._middle(box), letter) for number, letter in numbers if (box := there._box(number))]
            for box in found or ():
                expected = "".join(letter for middle, letter in placed if pages._contains(box, middle))
                boxes += 1
                same += plain(expected) == plain(read(cut_out(document, page, box), language))
        print(f"  {name:<10}{quotations:>5} quotations, {uncertain} uncertain, {same} of {boxes} boxes read as the same letters")


async def times(folder: Path) -> None:
    """Print how long a source's page and its pictures take, for the first time and again."""
    path = folder / "timeline.db"
    with Timeline(path, by="bench") as timeline:
        for name in FACES:
            timeline.archive(folder / f"{name}.pdf", id=name, title=name)
    datasette = Datasette([str(path)])
    await datasette.invoke_startup()
    for what in ("first", "again"):
        took: dict[str, list[float]] = {"page": [], "picture": []}
        for name in FACES:
            for kind, end in (("page", ""), *(("picture", f"/pages/{number}.png") for number in (1, 2, 3))):
                begun = time.perf_counter()
                response = await datasette.client.get(f"/timeline/-/timeline/sources/{name}{end}")
                if response.status_code == 200:
                    took[kind].append(1_000 * (time.perf_counter() - begun))
        for kind, all_ in took.items():
            print(f"  {kind} {what:<8}{statistics.median(all_):>8.0f} ms, at most {max(all_):.0f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--quotations", type=int, default=30)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        written(Path(folder))
        asyncio.run(times(Path(folder)))
        marks(Path(folder), arguments.quotations, random.Random(arguments.seed))  # noqa: S311 - no secret
