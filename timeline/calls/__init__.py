"""The calls of a Timeline, by subject: archiving, recording, entries of bundles, reading, proving.

Each module has one class, and `timeline.timeline` combines them into one. `open_timeline` has the open file that they share.
"""
