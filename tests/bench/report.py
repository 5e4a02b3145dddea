"""Measure a report of many happenings: seconds and bytes, as one page and as a folder.

    python tests/bench/report.py [--happenings 100] [--pages 40]

Each happening cites a passage of its own of a PDF of that many pages, and words of a text; a third of them was corrected.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from click.testing import CliRunner

from timeline import Timeline
from timeline.cli import main

sys.path.insert(0, str(Path(__file__).parent.parent / "capture"))
import material  # PDFs

LINE = "Item {} of the register: the ship left the port of Tangier"


def page(first: int, lines: int) -> bytes:
    """Write the content of a page, a line for each item."""
    drawn = [f"({LINE.format(first + number)}.) Tj 0 -16 Td" for number in range(lines)]
    return f"BT /F1 11 Tf 50 740 Td {' '.join(drawn)} ET".encode()


def run() -> None:
    """Make a timeline in a folder of its own, and report all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--happenings", type=int, default=100)
    parser.add_argument("--pages", type=int, default=40)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "register.pdf").write_bytes(material.pdf([page(40 * number, 40) for number in range(given.pages)]))
        with Timeline(folder / "timeline.db", by="bench") as timeline:
            register = timeline.archive(folder / "register.pdf", id="register", title="The register")
            news = timeline.archive(text="The port was open all year.", id="news", title="The news")
            for number in range(given.happenings):
                words = register.quote(LINE.format(number * given.pages * 40 // given.happenings))
                cited = [words, news.quote("open all year")]
                timeline.record(f"ship-{number}", title=f"Ship {number} leaves", date="2021", citations=cited)
                if number % 3 == 0:
                    timeline.correct(f"ship-{number}", date="2021-03", reason="The register gives the month.")
        for target in ("page.html", "folder"):
            begun = time.perf_counter()
            option = "--out" if target.endswith("html") else "--folder"
            result = CliRunner().invoke(
                main, ["report", "--all", "--db", str(folder / "timeline.db"), option, str(folder / target)]
            )
            print(f"{time.perf_counter() - begun:.1f} s  {result.output.splitlines()[0].rpartition('/')[2]}")


if __name__ == "__main__":
    run()
