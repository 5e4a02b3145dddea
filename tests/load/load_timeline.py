"""Make a timeline that is as hard to serve as one of its size can be: very long texts, very many citations, versions and parts.

Owns what stands in it. Nothing in it is true. The same sizes give the same timeline.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from timeline import Timeline
from timeline.documents.document import Document

Entry = dict[str, Any]
BATCH = 1_000
WORDS = ("the", "council", "of", "harbours", "meets", "and", "adjourns", "while", "gulls", "cry", "over", "grey", "water")
FATHA, SHADDA = "\u064e", "\u0651"


@dataclass(frozen=True)
class Size:
    """How large a timeline is: its happenings, the characters of each of its texts, and how many there are of what is many."""

    happenings: int
    characters: int
    citations: int
    many: int


NIGHTLY = Size(happenings=50_000, characters=5_000_000, citations=20_000, many=1_000)
PUSH = Size(happenings=2_000, characters=500_000, citations=2_000, many=300)


def filled(pattern: str, characters: int) -> str:
    """Repeat a pattern, in which `{n}` is a number, up to a length."""
    parts, length = [], 0
    while length < characters:
        parts.append(pattern.format(n=len(parts)))
        length += len(parts[-1])
    return "".join(parts)


def texts(size: Size) -> dict[str, tuple[str, str]]:
    """Give the text and media type of each source that is hard to show."""
    plain, characters = "text/plain", size.characters
    page = filled("{n} of a page\n\f", characters)
    return {
        "lines": (filled("{n}.\n", characters), plain),
        "short-lines": ("a\n" * (characters // 2), plain),
        "paragraphs": ("a\n\n" * (characters // 3), plain),
        "blank": ("a" + " \n" * (characters // 2 - 1) + "a", plain),
        "returns": ("a\r" * (characters // 2), plain),
        "unbroken": (filled("{n} gulls, ", characters), plain),
        "one-word": ("a" * characters, plain),
        "marks": (f"ب{FATHA}{SHADDA}" * (characters // 3), plain),
        "one-mark": ("ب" + FATHA * (min(characters, MOST) - 1), plain),
        "invisible": ("a" + "\u200b" * (characters - 2) + "a", plain),
        "quotation-marks": ("“”" * (characters // 2), plain),
        "markup": ("<&>'\"" * (characters // 5), plain),
        "pdf": (page, "application/pdf"),
        "page-breaks": ("a\f" * (characters // 2), "application/pdf"),
        "web": ("ab" * 149_990 + " last words.", "text/html"),
        "csv": (filled("{n},a,b\n", characters), "text/csv"),
        "cited": (filled("[{n}] it was told.\n", characters), plain),
        "cited-over": (filled("{n} ", characters), plain),
    }


def placed(source: str, text: str, start: int, end: int, **more: str) -> Entry:
    """Cite the words between two places of a text, without the white space at their ends."""
    words = text[start:end]
    return {"source": source, "quote": words.strip(), "start_char": start + len(words) - len(words.lstrip()), **more}


def made(path: Path, size: Size) -> None:
    """Make the file."""
    known = texts(size)
    with Timeline(path, by="load") as timeline:
        with timeline.transaction():
            for id, (text, media_type) in known.items():
                document = Document(text.encode(), text, media_type, "made")
                url = "https://news.example/page" if id in ("web", "pdf") else None
                timeline.archive_document(document, id=id, title=f"Source {id}", published="1990", url=url)
            for number in range(size.many):
                timeline.archive(id=f"leaf-{number}", text=f"Leaf {number} says that it was so.", title=f"Leaf {number}")
        for batch in batches(happenings(size, known)):
            timeline.append_many(batch)
            timeline.checkpoint()
        with timeline.transaction():
            for number in range(0, size.happenings, 10):
                timeline.correct(f"h-{number}", date="1950-01", place=f"Harbour {number % 7}", reason="It was misread.")
            for number in range(5, size.happenings, 50):
                timeline.retract(f"h-{number}", reason="It was not so.")
        with timeline.transaction():
            for number in range(size.many // 2):
                timeline.correct("reworded", summary=reworded(number), reason="Reworded.")
        timeline.checkpoint()


def batches(entries: Iterator[Entry]) -> Iterator[list[Entry]]:
    """Part entries into those that are appended together."""
    batch: list[Entry] = []
    for entry in entries:
        batch.append(entry)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def reworded(number: int) -> str:
    """Give a text that takes long to compare with the one before it."""
    return f"a b {'c ' if number % 2 else ''}" * (600 - 200 * (number % 2))


def happenings(size: Size, known: dict[str, tuple[str, str]]) -> Iterator[Entry]:
    """Make the happenings: many plain ones that cite many places, and a few that are large."""
    cited, over, pdf = known["cited"][0], known["cited-over"][0], known["pdf"][0]
    starts = [0]
    while (end := cited.find("\n", starts[-1])) >= 0 and len(starts) <= size.citations:
        starts.append(end + 1)
    yield from large(size, known)
    for number in range(size.happenings):
        citations = [placed("csv", known["csv"][0], 0, 5)]
        if number < size.citations and number + 1 < len(starts):
            citations.append(placed("cited", cited, starts[number], starts[number + 1] - 1))
        if number % 10 == 1:
            # Each reaches over the beginnings of many others.
            citations.append(placed("cited-over", over, number * 6 // 10 * 8, number * 6 // 10 * 8 + 400))
        if number % 10 == 2:
            begin = number * (len(pdf) // size.happenings)
            citations.append({"source": "pdf", "quote": "of a page", "start_char": pdf.index("of a page", begin)})
        yield {
            "id": f"h-{number}",
            "title": f"{' '.join(WORDS[(number + place) % len(WORDS)] for place in range(6))} {number}",
            "date": f"{1 + number * 37 % 2020:04}-{1 + number % 12:02}-{1 + number % 28:02}",
            "kind": f"kind {number % 5}" if number % 3 else f"kind of its own {number}",
            "place": f"Place {number % 300}",
            "actors": [f"Person {number % 5_000}", "Everybody", *[f"Delegate {n}" for n in range(number % 4)]],
            "tags": [f"tag-{number % 997}", "all"],
            "part_of": "whole" if number % 7 == 0 and number else None,
            "related": ["whole"] if number % 11 == 0 and number else [],
            "attributed_to": "the ministry" if number % 9 == 0 else None,
            "citations": citations,
        }


MOST = 1_000_000  # characters of a quotation


def large(size: Size, known: dict[str, tuple[str, str]]) -> Iterator[Entry]:
    """Make the happenings of which each is a burden of its own."""
    many = range(size.many)
    cited = [placed("csv", known["csv"][0], 0, 5)]
    web = known["web"][0]
    common: Entry = {"date": "1990-01-01", "kind": "large"}
    yield {**common, "id": "whole", "title": "The whole", "citations": cited}
    yield {**common, "id": "reworded", "title": "Reworded", "summary": reworded(0)[:-2], "citations": cited}
    yield {**common, "id": "long", "title": "Long " * 400, "summary": "the " * 100_000, "citations": cited}
    yield {**common, "id": "people", "title": "All come", "actors": [f"Guest {n}" for n in many], "citations": cited}
    yield {**common, "id": "tagged", "title": "Of all sorts", "tags": [f"sort-{n}" for n in many], "citations": cited}
    quotes = [placed("web", web, 2 * n, 2 * n + 100) for n in many]
    yield {**common, "id": "quoting", "title": "It quotes a page again and again", "citations": quotes}
    quotes = [placed("web", web, len(web) - 40 - n % 40, len(web) - 1) for n in many]
    yield {**common, "id": "quoting-the-end", "title": "It quotes the end of a page", "citations": quotes}
    denied = [{"source": f"leaf-{n}", "quote": "it was so", "stance": "disputes"} for n in many]
    yield {**common, "id": "disputed", "title": "All dispute it", "citations": denied}
    yield {**common, "id": "all-of-a-text", "title": "It quotes a text whole", "citations": [
        placed("unbroken", known["unbroken"][0], 0, min(size.characters // 2, MOST)),
        placed("short-lines", known["short-lines"][0], 0, min(size.characters // 2, MOST)),
        placed("marks", known["marks"][0], 0, min(size.characters, MOST) // 3 * 3),
        placed("one-mark", known["one-mark"][0], 0, min(size.characters, MOST)),
    ]}  # fmt: skip
    for n in many:
        date = "../2100" if n % 2 else "1500/.."
        yield {"id": f"on-{n}", "title": f"Since {n}", "date": date, "kind": "going on", "citations": cited}
