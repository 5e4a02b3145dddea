"""Measure extraction: which sentences of a document verify when they are quoted from its archived text, and how fast it is read.

Each is quoted twice: as copied, with line ends where a viewer has them, and as typed, on one line. Of a PDF, Chromium's own viewer
(PDFium) says how a sentence is broken over lines and pages; where it does not give the sentence at all, nothing is copied. A
quotation verifies where the log takes it; nothing else counts.
"""

import re
import time
from collections import Counter
from pathlib import Path

from exchange_documents import CHROMIUM, KINDS, LANGUAGES, document, sentences
from log import folder

from timeline import Timeline
from timeline.archived_source import ArchivedSource
from timeline.errors import TimelineError

GRADES = ("exact", "normalised", "typographic")
WAYS = ("copied", "typed")


def copied(path: Path, language: str, told: list[str]) -> list[str | None]:
    """Give the sentences as a viewer gives them; None where it does not."""
    if path.suffix == ".pdf":
        return _in_viewer(path, told)
    return [_broken(sentence) if LANGUAGES[language][1] else sentence for sentence in told]


def _broken(sentence: str) -> str:
    """Break a line in the middle."""
    words = sentence.split(" ")
    half = len(words) // 2
    return f"{' '.join(words[:half])}\n{' '.join(words[half:])}"


def _in_viewer(path: Path, told: list[str]) -> list[str | None]:
    try:
        import pypdfium2
    except ImportError:
        return [None] * len(told)
    pages = pypdfium2.PdfDocument(path)
    shown = "\n".join(page.get_textpage().get_text_range() for page in pages)
    found = []
    for sentence in told:
        letters = (r"\s+" if one == " " else re.escape(one) for one in sentence.replace("\u00ad", ""))
        match = re.search(r"(?:[\u2010\u00ad\ufffe-]?\r?\n)?".join(letters), shown)
        found.append(match[0].replace("\r", "") if match else None)
    return found


def measure(count: int, *, missed: bool) -> None:
    """Archive a document of each kind in each language, quote all of it, and print."""
    print(f"Extraction: documents of {count} sentences in each of {', '.join(LANGUAGES)}; documents a second; what verifies")
    if CHROMIUM is None:
        print("  PDF: there is no Chromium to print one, so it is written by hand, in Latin letters alone")
    for kind in KINDS:
        with folder() as made, Timeline(made / "timeline.db", by="bench") as timeline:
            print(_line(kind, *_tried(timeline, kind, count, made, missed=missed)), flush=True)


def _tried(timeline: Timeline, kind: str, count: int, made: Path, *, missed: bool) -> tuple[Counter[str], float]:
    """Archive the documents, quote them, and count; tell how many a second were archived."""
    found: Counter[str] = Counter()
    documents, seconds = 0, 0.0
    for language in LANGUAGES:
        if kind == "PDF" and CHROMIUM is None and language not in ("en", "fr"):
            continue
        told = sentences(language, count)
        path = document(kind, language, told, made)
        begun = time.perf_counter()
        source = timeline.archive(path, id=f"{kind.lower()}-{language}", title="Made")
        seconds += time.perf_counter() - begun
        documents += 1
        for way, quotes in zip(WAYS, (copied(path, language, told), told), strict=True):
            for number, quote in enumerate(quotes):
                grade = (
                    "not given" if quote is None else _quoted(timeline, source, f"{source.id}-{way}-{number}", quote, missed=missed)
                )
                found[f"{way} {grade}"] += 1
                if grade in ("missed", "not given"):
                    found[f"{way} {grade} {language}"] += 1
    found["unsound"] = not timeline.verify().ok
    return found, documents / seconds


def _quoted(timeline: Timeline, source: ArchivedSource, id: str, quote: str, *, missed: bool) -> str:
    try:
        timeline.record(id, title="Said", date="2025", citations=[source.quote(quote)])
    except TimelineError as error:
        if missed:
            print(f"    {str(error)[:300]}")
        return "missed"
    return timeline.happening(id).citations[0].grade


def _line(kind: str, found: Counter[str], rate: float) -> str:
    line = f"  {kind:<10}{rate:>7.1f}/s"
    for way in WAYS:
        grades = {grade: found[f"{way} {grade}"] for grade in GRADES if found[f"{way} {grade}"]}
        held, lost = sum(grades.values()), found[f"{way} missed"]
        told = ", ".join(f"{number} {grade}" for grade, number in grades.items())
        line += f"   {way} {held / (held + lost):>8.2%} ({told})"
    lost = ", ".join(f"{name} {number}" for name, number in found.items() if re.search(r"(missed|given) \w+$", name))
    return line + (f"\n{' ' * 12}{lost}" if lost else "") + ("\n  NOT SOUND: timeline verify" if found["unsound"] else "")
