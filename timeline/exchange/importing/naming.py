"""What an import calls things: ids made of file names, keys and titles, the same each time.

Owns how words become an id. Must not know which ids are taken.
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from anyascii import anyascii

from timeline.exchange.importing.row import ImportRefused
from timeline.model import IDENTIFIER

LONGEST: Final = 60  # characters of a title that its id keeps
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def stem_of(path: Path, is_known: Callable[[str], object] = lambda _: False) -> str:
    """Make the id of the source that a file becomes from its name.

    Names in other letters were once cut down to their Latin letters and digits: where such an id `is_known`, it is kept.
    """
    name = path.name.removesuffix("".join(path.suffixes[-1:]))
    made, once = (words[:90].rstrip("-") for words in (_words(_latin(name)), _words(name)))
    if not made:
        raise ImportRefused(path, "its name has no letter or digit to make an id of. Give one: --id")
    return once if once and once != made and is_known(once) else made


def of_key(stem: str, key: str) -> str:
    """Make a happening's id of the key that its row has in the file; keys that differ make ids that differ."""
    return f"{stem}-{faithful(key)}" if stem else faithful(key)


def of_title(stem: str, title: str) -> str:
    """Make a happening's id of its title in Latin letters; one that has none that could be put so is told by its hash."""
    return f"{stem}-{_words(_latin(title))[:LONGEST].rstrip('-') or _hash(title)}"


def is_id(text: str | None) -> bool:
    """Whether a text may be an id as it stands."""
    return bool(text and re.fullmatch(IDENTIFIER.strip("^$"), text))


def faithful(key: str) -> str:
    """Make a part of an id of a key: the key itself where it can be one, else what is left of it with its hash."""
    if _PLAIN.fullmatch(key):
        return key
    return "-".join(part for part in (_words(key)[:LONGEST].rstrip("-"), _hash(key)) if part)


def told_apart(id: str, title: str) -> str:
    """Make another id for what would have the id of another work, by its title, so that it is the same each time."""
    return f"{id}-{_hash(title)}"


@lru_cache(maxsize=1_000)
def _words(text: str) -> str:
    bare = text
    if not text.isascii():
        apart = unicodedata.normalize("NFKD", text)
        bare = apart.translate({ord(char): None for char in set(apart) if unicodedata.category(char)[0] == "M"})
    return re.sub(r"[^a-z0-9]+", "-", bare.lower()).strip("-")


def _latin(text: str) -> str:
    """Put other letters in Latin ones, by sound or by shape: of "Битва 1945" more is to be read than a number."""
    return text if text.isascii() else anyascii(text)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:8]
