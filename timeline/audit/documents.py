"""Check the archive: every document's bytes against its SHA-256, and every source's text against its bytes."""

import hashlib
import sqlite3
from collections.abc import Set

from timeline import documents
from timeline.any_log import AnyLog
from timeline.audit.report import Tally
from timeline.documents import images


def check_documents(log: AnyLog, tally: Tally, document_hashes: Set[str]) -> None:
    """Hash every document again, one at a time, and find those that no event names."""
    names = log.connection.execute("SELECT sha256 FROM documents ORDER BY sha256").fetchall()
    for (sha256,) in names:
        tally.count += 1
        try:
            content = log.document(sha256)
        except sqlite3.Error as error:
            tally.failed(f"document {sha256[:12]}…", "cannot be read", error)
            continue
        if content is None or hashlib.sha256(content).hexdigest() != sha256:
            tally.fault(f"document {sha256[:12]}…", "its bytes do not have this SHA-256: they were altered")
        if sha256 not in document_hashes and sha256 != images.NO_TEXT:  # it may outlive the pictures that have it
            tally.fault(f"document {sha256[:12]}…", "belongs to no source: it was added without an event")
    withheld = {sha256 for (sha256,) in log.connection.execute("SELECT sha256 FROM withheld")} if _may_withhold(log) else set()
    for sha256 in sorted(withheld):
        if sha256 not in document_hashes or (sha256,) in names or log.document_redaction(sha256) is not None:
            tally.fault(f"document {sha256[:12]}…", "is listed as withheld, but it is here, was redacted, or belongs to no source")
    if withheld:
        tally.remarks.append(
            f"{len(withheld):,} withheld by the publisher: only their hashes are here, so their bytes and texts, their length and"
            " their pages could not be checked. Ask the publisher for a document, and compare its SHA-256"
        )


def _may_withhold(log: AnyLog) -> bool:
    """Whether the file has the table of withheld documents, which an earlier version of this program did not make."""
    return bool(log.connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'withheld'").fetchone())


def is_accounted_for(log: AnyLog, sha256: str) -> bool:
    """Whether a document is in the archive, was removed by a redaction, or is withheld."""
    return log.document(sha256) is not None or log.document_redaction(sha256) is not None or log.is_withheld(sha256)


def media_type(log: AnyLog, source: str) -> str:
    """Return the type of a source's document, from any event that states it; empty if all are redacted."""
    stated = (event.payload.get("statement") for event in log.stream(f"source/{source}"))
    return next((str(statement.get("media_type")) for statement in stated if statement), "")


def source_faults(log: AnyLog, statement: dict[str, object]) -> list[str]:
    """Return the faults of a source's documents: missing ones, and a text that its bytes do not have."""
    faults: list[str] = []
    contents = {}
    for field in ("sha256", "text_sha256"):
        contents[field] = content = log.document(str(statement.get(field)))
        if not is_accounted_for(log, str(statement.get(field))):
            faults.append(f"{field}: no such document in the archive")
    content, text, extractor = contents["sha256"], contents["text_sha256"], str(statement.get("extractor"))
    if content is not None and text is not None:
        fault = documents.misread(content, text.decode(errors="replace"), extractor)
        faults += [f"text_sha256: {fault}"] if fault is not None else []
    return faults
