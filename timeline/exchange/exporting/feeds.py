"""What the feeds say alike: which entries they hold, their ids, and their content.

Owns the wording and the ids of entries. Must not know the form of a feed.
"""

import re
from collections.abc import Iterable
from html import escape
from itertools import islice
from typing import Final

from timeline.dates import worded
from timeline.exchange.exporting import sentences
from timeline.exchange.exporting.format import About
from timeline.reading import wording
from timeline.reading.records import Happening

MOST: Final = 100
IN_ALL: Final = "not in the feed; take csv, html or jsonl for all"
LOSES: Final = {
    "date": "said in words",
    "latitude": "left out, with the longitude",
    "part_of": "left out",
    "related": "left out",
    "zone": "left out",
    "grade": "left out, with the place in the text",
    "media_type": "left out, with the language and hash of the source, and when it was archived",
    "supports": "left out",
    "entries": "not quoted; the file that holds them is named",
}
# What XML 1.0 has no way to write, and no reader of JSON wants.
_FORBIDDEN: Final = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str | None) -> str:
    """Write a text without the characters that XML 1.0 forbids: each becomes the replacement character."""
    text = text or ""
    return text if text.isprintable() else _FORBIDDEN.sub("\ufffd", text)


def latest(happenings: Iterable[Happening], about: About) -> tuple[list[Happening], int | None]:
    """Take the happenings that were recorded or corrected last; tell how many older ones are left out, None for some."""
    coming = iter(happenings)
    taken = list(islice(coming, MOST))
    return taken, about.older or (None if about.older is None or next(coming, None) else 0)


def feed_id(about: About) -> str:
    """Name the feed for as long as there is one; its filters make it another."""
    return about.urn("feed", about.query or "all")


def title(happening: Happening) -> str:
    """Name an entry, so that a correction or a retraction is seen in a list."""
    named = clean(wording.one_line(happening.headline))
    if happening.status == "retracted":
        return f"Retracted: {named}"
    return f"Corrected: {named}" if happening.version > 1 else named


def subtitle(about: About, older: int | None) -> str:
    """Say what the feed holds, and what it does not."""
    many = "older ones" if older is None else f"{older:,} older one{'' if older == 1 else 's'}"
    are = "is" if older == 1 else "are"
    held = "all of them." if older == 0 else f"the newest {MOST}; {many} {are} {IN_ALL}."
    parts = [about.description, f"What was recorded, corrected and retracted, latest first: {held}"]
    return clean(" ".join(wording.one_line(part) for part in parts if part))


def content(happening: Happening, about: About) -> str:
    """Say all of an entry as HTML that is XML as well."""
    found = [f"<p>{escape(worded(happening.date))}</p>"]
    if happening.reason and (happening.version > 1 or happening.status == "retracted"):
        said = "Retracted" if happening.status == "retracted" else "Corrected"
        found.append(f"<p>{said}: {escape(wording.one_line(happening.reason))}</p>")
    return clean("".join(found) + sentences.html(happening, about))
