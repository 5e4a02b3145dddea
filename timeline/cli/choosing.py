"""Which happenings a command's filters choose: the very ones that the timeline's page shows with the same filters."""

from timeline.reading.choosing import Choice, choose

__all__ = ["Choice", "choose"]
