"""A cache of source texts that are ready to be searched: the most recently used ones, up to a limit.

Must not know where the texts come from.
"""

from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

MOST: Final = 64
ROOM: Final = 100_000_000  # characters in all; the last text stays, whatever its length


class Text(Protocol):
    """A text that is ready to be searched."""

    @property
    def raw(self) -> str:
        """The text as archived."""


T = TypeVar("T", bound=Text)


class TextCache(Generic[T]):
    """Reads each text once, as long as the cache has room for it."""

    def __init__(self, read: Callable[[str], T]) -> None:
        self._read = read
        self._texts: dict[str, T] = {}
        self._size = 0
        self._last: str | None = None

    def __call__(self, source: str) -> T:
        """Return the text of a source. Errors of the reader are passed on."""
        if source == self._last:
            return self._texts[source]
        text = self._texts.pop(source, None)
        if text is None:
            text = self._read(source)
            self._size += len(text.raw)
        self._texts[source], self._last = text, source
        while len(self._texts) > 1 and (len(self._texts) > MOST or self._size > ROOM):
            self._size -= len(self._texts.pop(next(iter(self._texts))).raw)
        return text

    def cache_clear(self) -> None:
        """Empty the cache."""
        self._texts.clear()
        self._size, self._last = 0, None
