"""Verify: everything about a timeline that can be checked, checked against itself.

Owns what is checked and how a fault is told. Must not write to the file it reads, stop at a fault, or raise on damage.
`file` looks at the database and its guards, `beside` at its journals, `events` at the log, `documents` at the archive, `tables` at
what is derived.
"""

from timeline.audit.report import Check, Report
from timeline.audit.verifying import verify

__all__ = ["Check", "Report", "verify"]
