"""Replace a draft by a new one: which redactions must be repeated in it, and which events would be lost.

Owns that no redaction is undone, and that every lost event is named. Must not read bundles: their entries are already in the new
log.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from timeline import authors, same_events
from timeline.any_log import AnyLog
from timeline.errors import PublishingRefused
from timeline.log.log import Event
from timeline.reading import wording
from timeline.timeline import Timeline

_NAMES = {
    "SourceCorrected": "a correction",
    "HappeningCorrected": "a correction",
    "HappeningRetracted": "a retraction",
    "HappeningReviewed": "a review",
    "EventRedacted": "a redaction",
}


@dataclass(frozen=True, slots=True)
class Drafts:
    """An old draft and its replacement. The first `shared` events of the old and `begun` events of the new one are published.

    `path` is the file of the new draft, `name` the file name for messages.
    """

    old: AnyLog
    path: Path
    name: Path
    shared: int
    begun: int

    def redact_again(self) -> list[str]:
        """Repeat the old draft's redactions in the new one, and return a message for each. Raises PublishingRefused in doubt.

        A redacted correction cannot be told from another one of its stream, because only its place is left. So the new draft may
        have no correction that the old one does not have.
        """
        messages = []
        for redaction in self._own("EventRedacted"):
            redacted = self.old.event(redaction.payload["position"])
            if redacted is None:
                continue
            with Timeline(self.path, by=redaction.recorded_by) as new:
                if redacted.position <= self.shared:
                    again = new.log.event(redacted.position)
                elif redacted.version == 1:
                    again = new.log.first(redacted.stream)
                elif any(event.type == redacted.type for event in self._not_in_old(new.log, redacted.stream)):
                    does, what = ("reviews", "review") if redacted.type == "HappeningReviewed" else ("corrects", "correction")
                    raise PublishingRefused(
                        self.name,
                        f"{redacted.id} was redacted ({redaction.payload['reason']}), and a bundle {does} {redacted.stream}"
                        f" perhaps in the redacted words. Take that {what} out of the bundle, then repeat",
                    )
                else:
                    continue
                if again is None or again.data is None:
                    continue
                new.redact(again.position, reason=redaction.payload["reason"], keep_documents=not redaction.payload["documents"])
            messages.append(f"{redacted.id}: stays redacted ({redaction.payload['reason']})")
        return messages

    def lost(self, new: AnyLog) -> list[str]:
        """Name the old draft's events that the new one does not have, unless a bundle has another version of them."""
        return [name for event in self.old.events(after=self.shared) if (name := self._name_if_lost(new, event))]

    def _name_if_lost(self, new: AnyLog, event: Event) -> str | None:
        if event.data is None:  # its redaction is checked instead
            return None
        if event.type == "EventRedacted" and self._is_nowhere(new, event.payload["position"]):
            return None
        if event.type in same_events.FIRST:
            first = new.first(event.stream)
            if first is not None and (
                first.position > self.begun or event.data_hash == first.data_hash or event.data == first.data
            ):
                return None
            return event.stream
        key = same_events.content(self.old, event)
        if any(same_events.content(new, one) == key for one in new.stream(event.stream)):
            return None
        return f"{event.id}, {_NAMES.get(event.type, 'an event')} ({self._why(event)})"

    def _is_nowhere(self, new: AnyLog, position: int) -> bool:
        """Return whether a redacted event began a stream that the new draft does not have, so that there is nothing to redact."""
        redacted = self.old.event(position)
        return redacted is not None and redacted.version == 1 and new.first(redacted.stream) is None

    def _own(self, type: str) -> Iterator[Event]:
        return (event for event in self.old.events(after=self.shared) if event.type == type)

    def _not_in_old(self, new: AnyLog, stream: str) -> list[Event]:
        known = {same_events.content(self.old, event) for event in self.old.stream(stream)} | {None}
        return [one for one in new.stream(stream) if same_events.content(new, one) not in known]

    @staticmethod
    def _why(event: Event) -> str:
        verdict = wording.verdict(event.payload)
        return f"{verdict}{authors.by(event.recorded_by)}" if verdict else str(event.payload.get("reason"))
