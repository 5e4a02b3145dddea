"""The ids of actors, made from their names.

Owns that rule. Must not know which actors exist.
"""

import re
import unicodedata
from functools import lru_cache


@lru_cache(maxsize=10_000)
def actor_id(name: str) -> str:
    """Return the id of an actor: the letters (with their marks) and digits of the name, in lower case, joined by hyphens.

    Accents and scripts stay: "José Pérez" is "josé-pérez". Names that differ only in case, spacing or punctuation share an id.
    """
    plain = unicodedata.normalize("NFC", name).lower()
    if plain.isascii():
        words = re.findall("[a-z0-9]+", plain)
    else:
        words = "".join(char if char.isalnum() or unicodedata.category(char)[0] == "M" else " " for char in plain).split()
    return "-".join(words) or name
