"""A quotation as a page shows it: the record, cut to a length, with its address here and at its source.

Must not read citations: `timeline.reading` does.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from datasette.app import Datasette

from timeline.extractors import NOT_COMPARED
from timeline.reading.happenings import quotations
from timeline.reading.records import PAGES, Quotation
from timeline.selection.snapshot import Snapshot
from timeline.web import links
from timeline.web.pages import at_source, when

# Whether words repeat is looked for in texts of so many characters, and for so many quotations of a page; of others it is assumed.
LONGEST_SEARCHED, MOST_SEARCHED = 300_000, 200
_TEXT = "select text from sources join source_texts on source_texts.source = sources.id where id = :id and characters <= :longest"


@dataclass(frozen=True)
class Drawn:
    """One quotation, ready to be drawn: `quote` is what is shown of its words, `cited` all that is known of it."""

    cited: Quotation
    quote: str
    address: str
    at_source: str | None

    @property
    def cut(self) -> bool:
        """Whether its words go on."""
        return len(self.quote) < len(self.cited.quote)

    @property
    def source_title(self) -> str:
        """What its source is called."""
        return self.cited.source.title or self.cited.source.id

    @property
    def source_notes(self) -> list[str]:
        """Who wrote its source, who published it, and when."""
        source = self.cited.source
        return [part for part in (source.author, source.publisher, source.published and when.words(source.published)) if part]

    @property
    def text_note(self) -> str | None:
        """That nobody compared the text of its source with the document, where that is so."""
        return NOT_COMPARED if self.cited.source.is_as_given else None

    @property
    def before(self) -> str:
        """What stands before it, from the beginning of a word."""
        if len(self.cited.prefix) == self.cited.start:
            return self.cited.prefix
        return "… " + re.sub(r"^\w+(?=\s)", "", self.cited.prefix).lstrip()

    @property
    def after(self) -> str:
        """What stands after it, to the end of a word."""
        return re.sub(r"(?<=\s)\w+$", "", self.cited.suffix).rstrip() + " …"

    @property
    def direction(self) -> str:
        """Which way it runs, whatever stands around it: as its first letter does."""
        strong = (unicodedata.bidirectional(c) for c in self.quote[:200])
        return next(("ltr" if kind == "L" else "rtl" for kind in strong if kind in ("L", "R", "AL")), "auto")


def of_happenings(
    datasette: Datasette, database: str, snapshot: Snapshot, happenings: Iterable[str], most: int | None, longest: int
) -> dict[str, list[Drawn]]:
    """Draw the quotations of happenings: up to `most` for each and all that dispute, each cut to `longest` characters."""
    cited = quotations(snapshot, happenings, most)
    repeating = _repeating(snapshot, [one for of_one in cited.values() for one in of_one])
    marked = _marked(snapshot, cited)

    def drawn(happening: str, one: Quotation) -> Drawn:
        anchor = links.passage_anchor(happening, one.number) if happening in marked else "passage"
        address = f"{links.source(datasette, database, one.source.id)}?passage={one.start}-{one.end}#{anchor}"
        there = at_source.address(one.source, one.quote, one.prefix, one.suffix, page=one.page, repeats=id(one) in repeating)
        return Drawn(one, one.quote[:longest], address, there)

    return {happening: [drawn(happening, one) for one in of_one] for happening, of_one in cited.items()}


def _marked(snapshot: Snapshot, happenings: Iterable[str]) -> set[str]:
    """Choose the happenings that still stand as they then did: their passages are marked by name in the sources' texts."""
    if snapshot.as_of is None:
        return set(happenings)
    ids = {"ids": json.dumps(list(happenings))}
    sql = (
        "select known.id from happenings as known join main.happenings as now on now.position = known.position"
        " where known.id in (select value from json_each(:ids))"
    )
    return {row["id"] for row in snapshot.rows(sql, ids)}


def _repeating(snapshot: Snapshot, cited: Sequence[Quotation]) -> set[int]:
    """Find which citations of web pages begin with words that stand elsewhere in the text too, by their identity.

    In a very long text, and after very many citations, they are taken to repeat.
    """
    asked: dict[str, list[tuple[int, str, int]]] = {}
    repeating: set[int] = set()
    searched = 0
    for one in cited:
        if one.source.url and one.source.media_type in PAGES and (words := at_source.first_words(one.quote)):
            searched += 1
            if searched > MOST_SEARCHED:
                repeating.add(id(one))
            else:
                asked.setdefault(one.source.id, []).append((id(one), words, one.start))
    for source, citations in asked.items():
        text = snapshot.plain(_TEXT, {"id": source, "longest": LONGEST_SEARCHED})
        repeating.update(one[0] for one in citations if not text or _stands_elsewhere(text[0][0], one[1], one[2]))
    return repeating


def _stands_elsewhere(text: str, words: str, start: int) -> bool:
    return text.find(words) not in (-1, start) or text.find(words, start + 1) >= 0
