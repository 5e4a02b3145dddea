"""Verify a timeline: check everything that can be checked.

Owns the checks and the messages about faults. Must not write to the file, stop at a fault, or raise on damage.
`file` checks the database, its guards and journals, `events` the log, `tree` its hashes and checkpoints, `documents` the archive,
`texts` the texts of documents, and `tables` the read tables.
"""

from timeline.audit.report import Check, Report, Tally
from timeline.audit.verifying import verify

__all__ = ["Check", "Report", "Tally", "verify"]
