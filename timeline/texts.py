"""The texts of sources that are held, ready to be searched: those used last, as many as there is room for.

Must not know where they come from.
"""

from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

MOST: Final = 64
ROOM: Final = 100_000_000  # characters, of all of them together; the last one stays whatever its length


class Text(Protocol):
    """What is held: a text, ready to be searched."""

    @property
    def raw(self) -> str:
        """The text as it is in the archive."""


T = TypeVar("T", bound=Text)


class Texts(Generic[T]):
    """Reads each text once, as long as there is room to hold it."""

    def __init__(self, read: Callable[[str], T]) -> None:
        self._read = read
        self._held: dict[str, T] = {}
        self._size = 0
        self._last: str | None = None

    def __call__(self, source: str) -> T:
        """Give the text of a source; what reading it raises is passed on."""
        if source == self._last:
            return self._held[source]
        text = self._held.pop(source, None)
        if text is None:
            text = self._read(source)
            self._size += len(text.raw)
        self._held[source], self._last = text, source
        while len(self._held) > 1 and (len(self._held) > MOST or self._size > ROOM):
            self._size -= len(self._held.pop(next(iter(self._held))).raw)
        return text

    def cache_clear(self) -> None:
        """Hold none any more."""
        self._held.clear()
        self._size, self._last = 0, None
