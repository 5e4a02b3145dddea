"""Shared parts of the feeds: which entries they hold, their ids, and their content.

Owns the wording and the ids of entries. Must not know the syntax of a feed.
"""

import re
from collections.abc import Iterable
from html import escape
from itertools import islice
from typing import Final

from timeline.dates import worded
from timeline.exchange.exporting import sentences
from timeline.exchange.exporting.format import About, Format, Write
from timeline.reading import wording
from timeline.reading.records import Happening

MOST: Final = 100
IN_ALL: Final = "not in the feed; take csv, html or jsonl for all"
LOSES: Final = {
    "date": "in words",
    "latitude": "left out, with the longitude",
    "part_of": "left out",
    "related": "left out",
    "zone": "left out",
    "media": "left out",
    "review": "left out",
    "grade": "left out, with the place in the text",
    "media_type": "left out, with the language and hash of the source, and the time of its archiving",
    "supports": "left out",
    "entries": "not quoted; the file that holds them is named",
}
# Characters that XML 1.0 cannot express, and that no reader of JSON wants.
_FORBIDDEN: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str | None) -> str:
    """Replace the characters that XML 1.0 forbids by the replacement character."""
    text = text or ""
    return text if text.isprintable() else _FORBIDDEN.sub("\ufffd", text)


def latest(happenings: Iterable[Happening], about: About) -> tuple[list[Happening], int | None]:
    """Return the happenings that were recorded or corrected last, and how many older ones are left out; None for some."""
    rest = iter(happenings)
    newest = list(islice(rest, MOST))
    return newest, about.older or (None if about.older is None or next(rest, None) else 0)


def title(happening: Happening) -> str:
    """Write the title of an entry, which says in a list that it was corrected or retracted."""
    headline = clean(wording.one_line(happening.headline))
    if happening.status == "retracted":
        return f"Retracted: {headline}"
    return f"Corrected: {headline}" if happening.version > 1 else headline


def tags(happening: Happening) -> list[str]:
    """Return the kind and the tags of an entry, each once."""
    return list(dict.fromkeys(tag for tag in (happening.kind, *happening.tags) if tag))


def subtitle(about: About, older: int | None) -> str:
    """Describe the feed: how many entries it holds, and how many it leaves out."""
    many = "older ones" if older is None else f"{older:,} older one{'' if older == 1 else 's'}"
    are = "is" if older == 1 else "are"
    extent = "all of them." if older == 0 else f"the newest {MOST}; {many} {are} {IN_ALL}."
    parts = [about.description, f"Recorded, corrected and retracted, latest first: {extent}"]
    return clean(" ".join(wording.one_line(part) for part in parts if part))


def content(happening: Happening, about: About) -> str:
    """Write an entry as HTML that is also XML."""
    parts = [f"<p>{escape(worded(happening.date))}</p>"]
    if happening.reason and (happening.version > 1 or happening.status == "retracted"):
        verb = "Retracted" if happening.status == "retracted" else "Corrected"
        parts.append(f"<p>{verb}: {escape(wording.one_line(happening.reason))}</p>")
    return clean("".join(parts) + sentences.html(happening, about))


def feed(name: str, title: str, media_type: str, suffix: str, write: Write) -> Format:
    """Return the format of a feed: the latest happenings first, retracted ones included."""
    return Format(name, title, media_type, suffix, write, LOSES, order="recorded", most=MOST, status="all")
