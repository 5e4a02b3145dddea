"""The queries with which a shared log is read and appended to, where they are long. Must not connect."""

from typing import Final

from timeline.log.pending_events import COLUMNS
from timeline.shared_log import connecting

# The turn ends before the commit is on disk, so that the appends of several writers reach the disk together. Each waits for that
# before it acknowledges anything: see `connecting.durably`.
BEGIN: Final = f"""
BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL synchronous_commit = off; SELECT pg_advisory_xact_lock({connecting.LOCK});
SELECT coalesce(max(position), 0), EXISTS (
    SELECT FROM timeline.events WHERE type = 'EventRedacted' AND data::jsonb -> 'documents' <> '[]'
) FROM timeline.events
"""
HOLDER: Final = f"""
SELECT usename, pid FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE locktype = 'advisory' AND granted AND (classid, objid, objsubid) = (0, {connecting.LOCK}, 1) AND datname = current_database()
"""
INSERT: Final = f"INSERT INTO timeline.events ({COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
COPY: Final = f"COPY timeline.events ({COLUMNS}) FROM STDIN"
REFERENCES: Final = """
SELECT position, stream, version, said ->> 'part_of', data::jsonb ->> 'superseded_by', (said -> 'related')::text FROM (
    SELECT *, data::jsonb -> CASE type WHEN 'HappeningRecorded' THEN 'statement' ELSE 'changes' END AS said FROM timeline.events
    WHERE position > %s AND type IN ('HappeningRecorded', 'HappeningCorrected', 'HappeningRetracted')
) AS events
WHERE said ->> 'part_of' IS NOT NULL OR data::jsonb ->> 'superseded_by' IS NOT NULL OR jsonb_typeof(said -> 'related') = 'array'
ORDER BY position LIMIT %s
"""
REDACTED_CITATION: Final = """
SELECT substr(stream, 11), one ->> 'source'
FROM timeline.events AS citing, jsonb_array_elements(data::jsonb #> '{statement,citations}') AS one
WHERE position > %s AND type LIKE 'Happening%%' AND jsonb_typeof(data::jsonb #> '{statement,citations}') = 'array'
  AND NOT EXISTS (
      SELECT FROM timeline.events AS later
      WHERE later.stream = citing.stream AND later.version > citing.version AND later.type LIKE 'Happening%%'
        AND later.type <> 'HappeningReviewed'
  )
  AND NOT EXISTS (
      SELECT FROM timeline.documents AS text
      WHERE text.sha256 = one ->> 'text_sha256'
        AND (text.sha256 <> %s OR EXISTS (SELECT FROM timeline.documents AS document WHERE document.sha256 = one ->> 'sha256'))
  )
LIMIT 1
"""
