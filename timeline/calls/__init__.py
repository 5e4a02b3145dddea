"""The calls of a Timeline, by subject: archiving, recording, entries of bundles, reading, proving.

Each module has one class, and `timeline.timeline` combines them into one. `opened` has the open file that they share.
"""
