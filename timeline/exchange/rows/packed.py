"""A list that takes little memory: its items are held pickled and compressed, some hundreds at once.

Owns the blocks. Must not know the items, which are plain data. An item that was packed is read as a copy: to change it, change its
block and put that back.
"""

import pickle
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar, overload

AT_ONCE: Final = 200  # items of a block
_FASTEST: Final = 1  # of zlib's levels: rows of one table are alike, so that even this one saves most of their memory

T = TypeVar("T")


class Packed(Sequence[T]):
    """A list of which only the items at its end, or of the block that is read, are in memory as they are."""

    def __init__(self, items: Iterable[T] = (), *, at_once: int = AT_ONCE) -> None:
        """Begin with these items. As many as `at_once` are packed together, and fewer are not packed."""
        self._at_once = at_once
        self._packed = list[bytes]()
        self._last = list[T]()  # those after the packed blocks
        self._read: tuple[int, list[T]] = (-1, [])  # the block that was read last, and its number
        for item in items:
            self.append(item)

    def append(self, item: T) -> None:
        """Add an item at the end."""
        self._last.append(item)
        if len(self._last) == self._at_once:
            self._packed.append(_pack(self._last))
            self._last = []

    def blocks(self) -> Iterator[tuple[int, list[T]]]:
        """Yield each block with its number, in order."""
        for number, packed in enumerate(self._packed):
            yield number, _unpack(packed)
        yield len(self._packed), self._last

    def put(self, number: int, block: list[T]) -> None:
        """Replace a block with a changed one of the same length."""
        if number < len(self._packed):
            self._packed[number] = _pack(block)
            self._read = (-1, [])
        else:
            self._last = block

    def __len__(self) -> int:
        return len(self._packed) * self._at_once + len(self._last)

    def __iter__(self) -> Iterator[T]:
        for _, block in self.blocks():
            yield from block

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> list[T]: ...
    def __getitem__(self, index: int | slice) -> T | list[T]:
        """Return an item, or a list of those of a slice."""
        if isinstance(index, slice):
            return [self[each] for each in range(*index.indices(len(self)))]
        number, at = divmod(range(len(self))[index], self._at_once)
        if number == len(self._packed):
            return self._last[at]
        if number != self._read[0]:
            self._read = number, _unpack(self._packed[number])
        return self._read[1][at]


def _pack(block: list[T]) -> bytes:
    return zlib.compress(pickle.dumps(block, pickle.HIGHEST_PROTOCOL), _FASTEST)


def _unpack(packed: bytes) -> list[T]:
    block: list[T] = pickle.loads(zlib.decompress(packed))  # noqa: S301 - this process packed it
    return block
