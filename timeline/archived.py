"""A source in the archive, as a script holds it: to quote from. Must not look into the text."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from timeline.log import Event
from timeline.model import Citation, check


@dataclass(frozen=True, slots=True)
class ArchivedSource:
    """A source in the archive, to quote from.

    `found` is what the document says of itself, where it was just read: offered, and used only where the author said so.
    """

    id: str
    event: Event
    found: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def stream(self) -> str:
        """`source/<id>`."""
        return self.event.stream

    @property
    def version(self) -> int:
        """The version of the event that stands for the call."""
        return self.event.version

    @property
    def position(self) -> int:
        """The position of the event that stands for the call."""
        return self.event.position

    def quote(self, quote: str, **rest: str | None) -> Citation:
        """Cite words from this source; `prefix`, `suffix`, `stance` and `supports` as in Citation.

        They are looked for in the text when the happening is recorded.
        """
        return check(Citation, {"source": self.id, "quote": quote, **rest}, f"source/{self.id}")
