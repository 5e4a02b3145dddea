"""The calls of a Timeline, by subject: archiving, recording, entries of bundles, reading, proving.

Each module has one class, and `timeline.timeline` makes one of them all. `opened` is what they share: the open file.
"""
