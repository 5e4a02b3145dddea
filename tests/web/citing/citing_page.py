"""The texts to cite from, and what the panel of a source's page offers.

Every citation that is offered is carried out: the Python is run and the YAML appended, against the very file that was served.
"""

import random
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from browser import Served

from timeline import Timeline, bundles
from timeline.quotes.folding import INVISIBLE, SPACES, continues

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page


PLAIN = (
    "The council met in Marrakech on 24 November 2025.\n\nIt sat for four days. Some say three hundred came; others say three"
    " hundred and fifty.\n\nThe council met again in Rabat. It sat for one day."
)

TEXTS = {
    "plain": PLAIN,
    "quotes": 'He said: "C:\\new\\table" — ‘it’s {a: b}, [c] # d & e’.\tThen:  two  spaces,'
    " %TAG, !x, *y, @z, `w`, | > - ? :\n\n\"\\\" ''",
    "crlf": "One line,\r\nand another.\r\n\r\n  Then more,\r\nand\rmore.\r\n \r\nOne line,\r\nand the end.\r\n",
    "arabic": "اِنْعَقَدَتِ الجمعيّة العامة في مراكش.\nوقال المدير: «\u200fالأمن (INTERPOL 93) منفعة عامة\u200e».\n\n"
    "\u202bوقال المدير مرة أخرى\u202c إن ١٢٠ دولة.",
    "emoji": "A 👩\u200d👩\u200d👧\u200d👦 family 🇲🇦🇫🇷, 👍🏽 and 🏴\u200d☠\ufe0f; 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 \U000e0001 and 𠮷野家.\n\n"
    "🚔🚔🚔 again 🚔.",
    "marks": "cafe\u0301 cafe caf\u00e9 e\u0323\u0302tre a\u200d\u0301 \u0301alone हिन्दी में 각하"
    " \u1100\u1161\u11a8 Z\u0351\u036b\u0343ò\u0335.\n\nmark\u0301ed caf\u00e9",
    "hyphens": "co\xadop\xader\xada\xadtion zero\u200bwidth no\u00a0break\u202fspace\u3000wide \ufeffmark\u2028line"
    "\u2029paragraph\x85next\n\nco\xadop",
    "twice": "\n\n".join(["The “same” words – again.", 'The "same" words - again.'] * 3 + ["aaaaaaaa"] * 2 + ["a b a b a b a"]),
    "spaces": "  \t\n\n   xab x ab\u2003xab\n\n \u200b\n\n ab x\n\n\n\n",
    "ligatures": "The ﬁnal oﬃce, the final word; a conﬂict of the ﬁ and the ﬀ.\n\nThe final\noffice. Diﬀi\u0301cult.",
    "hostile": "</script><img src=x onerror=alert(1)> &amp; &#13; {{ x }} {% y %} <!-- --> ${z} `\n\n"
    "\ud7ff\ue000\ufffd\ufffe\U0010ffff\x80\x9f",
}

LONG = "".join(f"Paragraph {number} tells of what occurred, as {number % 7} others do.\n\n" for number in range(20_000))

CONTROL = "Page one.\fPage two.\n\nPage\x1bthree."

# Sets the selection between two offsets into the archived text, in code points, by walking the page as a reader's mouse would.
SELECT = """([from, to]) => {
  const point = (at, after) => {
    for (const p of document.querySelectorAll("p[data-start]")) {
      let here = Number(p.dataset.start);
      if (at > Number(p.dataset.end)) continue;
      const walker = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const node = walker.currentNode;
        if (node.parentElement.closest(".ref")) continue;
        const characters = [...node.data];
        if (at < here + characters.length || (after && at <= here + characters.length))
          return [node, characters.slice(0, Math.max(0, at - here)).join("").length];
        here += characters.length;
      }
    }
    const last = [...document.querySelectorAll("p[data-start]")].at(-1);
    return [last, last.childNodes.length];
  };
  getSelection().removeAllRanges();
  const moved = new Promise((done) => document.addEventListener("selectionchange", done, { once: true }));
  getSelection().setBaseAndExtent(...point(from, false), ...point(to, true));
  return moved.then(() => true);
}"""


@dataclass(frozen=True)
class Offer:
    """What the panel offers."""

    start: int
    end: int
    python: str
    yaml: str

    def words(self) -> dict[str, str]:
        """Give the quotation, prefix and suffix as Python reads them."""
        return {name: value for name, value in eval_citation(self.python).items() if name in ("quote", "prefix", "suffix")}


def eval_citation(python: str) -> Mapping[str, Any]:
    """Run the Python that was offered, with a timeline that only takes down what is said."""

    class Said:
        def source(self, id: str) -> "Said":
            self.id = id
            return self

        def quote(self, quote: str, **rest: str) -> dict[str, str]:
            return {"source": self.id, "quote": quote, **rest}

    message: Mapping[str, Any] = eval(python, {"timeline": Said(), "__builtins__": {}})  # noqa: S307 - it is what a reader does with it
    return message


def build(path: Path) -> Path:
    """Archive the texts, and cite each at random places, so that marks and numbers of notes stand within them."""
    chance = random.Random(1)  # noqa: S311 - the same choices each time
    with Timeline(path, by="tester") as timeline:
        for id_, text in {**TEXTS, "control": CONTROL, "long": LONG}.items():
            timeline.archive(id=id_, text=text, title=f"Source {id_}", language="ar" if id_ == "arabic" else "en")
        plain = timeline.source("plain")
        timeline.record(
            "meets", title="The council meets", date="2025-11-24", citations=[plain.quote("met in Marrakech on 24 November")]
        )
        timeline.record(
            "leaves", title="The council leaves", date="2025-11-24",
            citations=[plain.quote("It sat for four days", stance="disputes", supports="the day"), plain.quote("24 November 2025")],
        )  # fmt: skip
        timeline.record("mistake", title="A mistake", date="2025", citations=[plain.quote("three hundred and fifty")])
        timeline.retract("mistake", reason="It was one.")
        for number in range(6):
            timeline.record(f"day-{number}", title=f"Day {number}", date="2025", citations=[plain.quote("It sat for one day")])
        for id_, text in TEXTS.items():
            for number in range(0 if id_ == "plain" else 6):
                start = chance.randrange(len(text))
                start, end = whole(text, start, start + chance.randrange(1, 30))
                if seen(text[start:end]):
                    around = {"prefix": text[:start], "suffix": text[end:]}
                    citation = {"source": id_, "quote": text[start:end], **around}
                    timeline.record(f"{id_}-{number}", title=f"{id_} {number}", date="2003", citations=[citation])
        for number in (9_000, 15_000):
            citation = {"source": "long", "quote": f"Paragraph {number} tells of what occurred"}
            timeline.record(f"long-{number}", title=f"Long {number}", date="2003", citations=[citation])
    return path


def whole(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave out white space at both ends of a slice, then take in what its first and last characters carry."""
    end = min(end, len(text))
    while start < end and text[start] in SPACES:
        start += 1
    while start < end and text[end - 1] in SPACES:
        end -= 1
    while start < end and parts(text, start):
        start -= 1
    while start < end and parts(text, end):
        end += 1
    return start, end


def parts(text: str, at: int) -> bool:
    """Whether a cut here would part a character from its marks."""
    after, before = text[at:].lstrip(INVISIBLE), text[:at].rstrip(INVISIBLE)
    return bool(after and before) and continues(after[0]) and before[-1] not in SPACES


def seen(words: str) -> bool:
    """Whether there is anything in words but white space, invisible characters, and marks without anything under them."""
    return any(char not in SPACES + INVISIBLE and not continues(char) for char in words)


def visit(page: "Page", served: Served, source: str) -> "Page":
    """Open a source's page."""
    page.goto(f"{served.page}/sources/{source}")
    page.locator("#quote-words").wait_for()
    return page


def select(page: "Page", start: int, end: int) -> Offer | None:
    """Select a slice of the text, wait as long as the page does, and give what it offers."""
    page.evaluate(SELECT, [start, end])
    page.clock.run_for(400)
    return offer(page)


def select_words(page: "Page", source: str, words: str) -> Offer:
    """Select words where they stand first."""
    at = TEXTS[source].index(words)
    outcome = select(page, at, at + len(words))
    assert outcome is not None
    return outcome


def offer(page: "Page") -> Offer | None:
    """Give what the panel offers, where it does."""
    shown = page.evaluate(
        "(p => p.hidden || p.querySelector('[data-for=\"\"]').hidden ? null : ['h3 span', '.Python', '.YAML']"
        ".map(part => p.querySelector(part).textContent))(document.querySelector('.cite'))"
    )
    if shown is None:
        return None
    start, end = shown[0].split("–")
    return Offer(int(start), int(end), shown[1], shown[2])


def panel(page: "Page") -> "Locator":
    """Give the panel in which a citation is offered."""
    return page.get_by_role("region", name="Citation")


def carry_out(served: Served, folder: Path, offers: list[Offer]) -> None:
    """Run the Python of each offer, append the YAML of each, and see that both are found to the letter at the offered place."""
    copy = folder / "copy.db"
    with sqlite3.connect(served.file) as connection:
        connection.execute("vacuum into ?", (str(copy),))
    with Timeline(copy, by="tester") as timeline:
        for number, one in enumerate(offers):
            citation = eval(one.python, {"timeline": timeline})  # noqa: S307 - it is what a reader does with it
            timeline.record(f"py-{number}", title="T", date="2003", citations=[citation])
        listed = [
            f"- id: yaml-{number}\n  title: T\n  date: '2003'\n  citations:\n    {one.yaml}\n" for number, one in enumerate(offers)
        ]
        bundle = folder / "offered.yaml"
        bundle.write_text("happenings:\n" + "".join(listed), encoding="utf-8", newline="")
        bundles.append(timeline, bundle)
    with sqlite3.connect(copy) as connection:
        rows = connection.execute(
            "select happening, start_char, end_char, grade, quote = substr(text, start_char + 1, end_char - start_char)"
            " from citations join source_texts using (source) where happening glob 'py-*' or happening glob 'yaml-*'"
        )
        outcome = {happening: (start, end, grade, same) for happening, start, end, grade, same in rows}
    for number, one in enumerate(offers):
        assert outcome[f"py-{number}"] == outcome[f"yaml-{number}"] == (one.start, one.end, "exact", 1), one


def overlapping(text: str, words: str) -> int:
    """Count the places of words, those that overlap too."""
    return len(re.findall(f"(?={re.escape(words)})", text))
