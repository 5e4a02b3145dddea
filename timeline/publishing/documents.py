"""The documents that a publication makes public: how many, how large, and whose.

Owns that summary, and the choice of what is published of them. Must not publish anything.
"""

import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import quote

ALL: Final = "all"
CHOICES: Final = (ALL, "cited-passages", "none")
_NAMED = 3  # publishers that a sentence names
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Documents:
    """What is published of the documents: `choice` is one of CHOICES; `many` documents of `size` bytes are public with it.

    `withheld` is the number of those that are not. `owners` are their authors and publishers, the most frequent first, and
    `unnamed` the number of documents that name neither.
    """

    choice: str
    many: int
    size: int
    withheld: int
    owners: tuple[str, ...]
    unnamed: int

    def kept_back(self) -> "Documents":
        """Return the summary of a copy from which all documents are left out."""
        return replace(self, many=0, size=0, withheld=self.withheld + self.many)

    def sentence(self) -> str:
        """Say what is made public, and whose it is."""
        if self.choice == ALL:
            if not self.many:
                return "No document is published: there is none here."
            advice = "Publish only what you may: --documents cited-passages keeps them back."
            return f"Publishes {_documents(self.many)} in full, {_megabytes(self.size)}{self._whose()}. {advice}"
        passages = "the cited passages" if self.choice == "cited-passages" else "the quotations in the log"
        return (
            f"Publishes only {passages}, with some words before and after each, and the SHA-256 of"
            f" {_documents(self.withheld)}{self._whose()}. Look whether these words name somebody whom you protect."
        )

    def _whose(self) -> str:
        named = [f"of {owner}" for owner in self.owners[:_NAMED]]
        if len(self.owners) > _NAMED:
            named.append(f"of {len(self.owners) - _NAMED:,} more")
        if self.unnamed:
            named.append(f"{self.unnamed:,} without the name of a publisher or author")
        return f": {', '.join(named)}" if named else ""


Announce = Callable[[Documents], None]
"""Called with what is about to be public. It may raise an error, and then nothing is."""


def summary(file: Path, choice: str) -> Documents:
    """Read what a copy of a timeline holds of the documents that were archived."""
    with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as connection:
        many, size = connection.execute(
            "select count(*), coalesce(sum(length(bytes)), 0) from documents"
            " where sha256 in (select sha256 from sources where sha256 is not null)"
        ).fetchone()
        (withheld,) = connection.execute(
            "select count(*) from withheld where sha256 in (select sha256 from sources where sha256 is not null)"
        ).fetchone()
        owners = Counter(
            publisher or author
            for publisher, author in connection.execute(
                "select publisher, author from sources"
                " where sha256 in (select sha256 from documents union select sha256 from withheld)"
            )
        )
    unnamed = owners.pop(None, 0)
    return Documents(choice, many, size, withheld, tuple(owner for owner, _ in owners.most_common()), unnamed)


def _documents(many: int) -> str:
    return f"{many:,} document{'' if many == 1 else 's'}"


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:,.1f} MB" if size >= _MEGABYTE / 10 else "less than 0.1 MB"
