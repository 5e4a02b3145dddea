"""A draft begun anew: what the new one must take over from it, and what of it would be lost.

Owns that no redaction is undone, and that nothing goes without being named. Must not read a bundle: what bundles say is in the new
log by then.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from timeline.errors import PublishingRefused
from timeline.log import Event, Log, canonical
from timeline.timeline import Timeline

_FIRST = ("HappeningRecorded", "SourceArchived")
_CALLED = {
    "SourceCorrected": "a correction",
    "HappeningCorrected": "a correction",
    "HappeningRetracted": "a retraction",
    "EventRedacted": "a redaction",
}


@dataclass(frozen=True, slots=True)
class Drafts:
    """A draft and the one in its place: the first `shared` events of the one, and `begun` of the other, are the published ones.

    `path` is the new one's file, and `name` the draft's, as it is told.
    """

    old: Log
    path: Path
    name: Path
    shared: int
    begun: int

    def redact_again(self) -> list[str]:
        """Redact in the new draft what was redacted in the old one, and tell of each. Raises PublishingRefused where it is unsure.

        A correction that was redacted can't be told from another of its stream: only its place is left. So none that the old draft
        does not hold may be there.
        """
        told = []
        for redaction in self._own("EventRedacted"):
            gone = self.old.event(redaction.payload["position"])
            if gone is None:
                continue
            with Timeline(self.path, by=redaction.recorded_by) as new:
                if gone.position <= self.shared:
                    again = new.log.event(gone.position)
                elif gone.version == 1:
                    again = new.log.first(gone.stream)
                elif any(event.type == gone.type for event in self._not_in_old(new.log, gone.stream)):
                    raise PublishingRefused(
                        self.name,
                        f"{gone.id} was redacted ({redaction.payload['reason']}), and a bundle corrects {gone.stream}"
                        " in words that may be those. Take that correction out of the bundle, then repeat",
                    )
                else:
                    continue
                if again is None or again.data is None:
                    continue
                new.redact(again.position, reason=redaction.payload["reason"], keep_documents=not redaction.payload["documents"])
            told.append(f"{gone.id}: stays redacted ({redaction.payload['reason']})")
        return told

    def lost(self, new: Log) -> list[str]:
        """Name everything in the old draft that the new one does not hold, and that no bundle says otherwise."""
        return [told for event in self.old.events(after=self.shared) if (told := self._lost(new, event))]

    def _lost(self, new: Log, event: Event) -> str | None:
        if event.data is None:  # its redaction is looked for
            return None
        if event.type == "EventRedacted" and self._is_nowhere(new, event.payload["position"]):
            return None
        if event.type in _FIRST:
            first = new.first(event.stream)
            if first is not None and (
                first.position > self.begun or event.data_hash == first.data_hash or event.data == first.data
            ):
                return None
            return event.stream
        wanted = self._key(self.old, event)
        if any(self._key(new, one) == wanted for one in new.stream(event.stream) if one.data is not None):
            return None
        return f"{event.id}, {_CALLED.get(event.type, 'an event')} ({event.payload.get('reason')})"

    def _is_nowhere(self, new: Log, position: int) -> bool:
        """Whether what was redacted in the draft began a stream that the new one does not have: so there is nothing to redact."""
        gone = self.old.event(position)
        return gone is not None and gone.version == 1 and new.first(gone.stream) is None

    def _own(self, type: str) -> Iterator[Event]:
        return (event for event in self.old.events(after=self.shared) if event.type == type)

    def _not_in_old(self, new: Log, stream: str) -> list[Event]:
        known = {self._key(self.old, event) for event in self.old.stream(stream) if event.data is not None}
        return [one for one in new.stream(stream) if one.data is not None and self._key(new, one) not in known]

    @staticmethod
    def _key(log: Log, event: Event) -> tuple[str, str]:
        """Give what an event says by itself, wherever it stands: a correction's whole statement follows from what is before it."""
        said = {name: value for name, value in event.payload.items() if name != "statement" or event.type in _FIRST}
        if event.type == "EventRedacted":
            gone = log.event(said["position"])
            said = {"of": "" if gone is None else gone.id, "reason": said["reason"]}
        return event.type, canonical(said)
