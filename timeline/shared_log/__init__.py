"""The log over PostgreSQL: many hosts append to it, and each reading host follows it into a file of its own.

Owns the schema with its guards and roles, the connection, and how events get there and back. Must not decide which event may
follow: that is one code for both logs.
"""

from timeline.shared_log.following import follow

__all__ = ["follow"]
