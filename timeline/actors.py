"""The ids of actors: who took part, by name.

Owns how an id is made from a name. Must not know who there is.
"""

import re
import unicodedata
from functools import lru_cache


@lru_cache(maxsize=10_000)
def actor_id(name: str) -> str:
    """Make the id of an actor from a name: its letters with their marks and its digits, in lower case, joined by hyphens.

    Accents and scripts stay: "José Pérez" is "josé-pérez". Names that differ in case, spacing or punctuation alone share an id.
    """
    plain = unicodedata.normalize("NFC", name).lower()
    if plain.isascii():
        words = re.findall("[a-z0-9]+", plain)
    else:
        words = "".join(char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in plain).split()
    return "-".join(words) or name
