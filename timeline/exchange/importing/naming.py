"""The ids of an import: made of file names, keys and titles, always the same.

Must not know which ids are taken.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from anyascii import anyascii

from timeline.errors import ImportRefused
from timeline.field_types import IDENTIFIER

LONGEST: Final = 60  # characters of a title in its id
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def stem_of(path: Path, is_used: Callable[[str], object] = lambda _: False) -> str:
    """Make the id of a file's source from its name.

    Earlier versions dropped the letters of other scripts. If such an old id `is_used`, it is used again.
    """
    name = path.name.removesuffix("".join(path.suffixes[-1:]))
    id, old_id = (words[:90].rstrip("-") for words in (_words(_latin(name)), _words(name)))
    if not id:
        raise ImportRefused(path, "its name has no letter or digit for an id. Give one: --id")
    return old_id if old_id and old_id != id and is_used(old_id) else id


def of_key(stem: str, key: str) -> str:
    """Make a happening's id of the key of its row. Different keys make different ids."""
    return f"{stem}-{id_part(key)}" if stem else id_part(key)


def of_title(stem: str, title: str) -> str:
    """Make a happening's id of its title in Latin letters, or of its hash if no letter can be written so."""
    return f"{stem}-{_words(_latin(title))[:LONGEST].rstrip('-') or _hash(title)}"


def is_id(text: str | None) -> bool:
    """Whether a text is a valid id."""
    return bool(text and re.fullmatch(IDENTIFIER.strip("^$"), text))


def id_part(key: str) -> str:
    """Make a part of an id of a key: the key itself if it is valid, otherwise its words with its hash."""
    if _PLAIN.fullmatch(key):
        return key
    return "-".join(part for part in (_words(key)[:LONGEST].rstrip("-"), _hash(key)) if part)


def distinct_id(id: str, title: str) -> str:
    """Make another id for a work whose id another work has. It depends on the title, so that it is always the same."""
    return f"{id}-{_hash(title)}"


@lru_cache(maxsize=1_000)
def _words(text: str) -> str:
    bare = text
    if not text.isascii():
        decomposed = unicodedata.normalize("NFKD", text)
        bare = decomposed.translate({ord(char): None for char in set(decomposed) if unicodedata.category(char)[0] == "M"})
    return re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-")


def _latin(text: str) -> str:
    """Write other letters in Latin ones, by sound or by shape, so that the id of "Битва 1945" is more than a number."""
    return text if text.isascii() else anyascii(text)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]
