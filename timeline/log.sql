-- The log: what was said, once and for good, and the archive of who said it.
-- The guards stop accidents. They do not stop someone who owns the file: the signed root, kept elsewhere, is the evidence.

CREATE TABLE events (
    position    INTEGER PRIMARY KEY,
    stream      TEXT NOT NULL,
    version     INTEGER NOT NULL,
    type        TEXT NOT NULL,
    recorded_at TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    data        TEXT,
    salt        BLOB,
    data_hash   BLOB NOT NULL,
    UNIQUE (stream, version)
) STRICT;

CREATE TABLE documents (
    sha256 TEXT PRIMARY KEY,
    bytes  BLOB NOT NULL
) STRICT;

-- Plain INSERT OR REPLACE deletes without firing DELETE triggers: refuse before it can.
CREATE TRIGGER events_insert_once BEFORE INSERT ON events
WHEN EXISTS (SELECT 1 FROM events WHERE position = NEW.position)
  OR EXISTS (SELECT 1 FROM events WHERE stream = NEW.stream AND version = NEW.version)
BEGIN
    SELECT RAISE(ABORT, 'events are immutable: that position or version is taken. Append a correction instead');
END;

CREATE TRIGGER events_insert_next AFTER INSERT ON events
WHEN (NEW.position <> 1 AND NOT EXISTS (SELECT 1 FROM events WHERE position = NEW.position - 1))
  OR (NEW.version <> 1 AND NOT EXISTS (SELECT 1 FROM events WHERE stream = NEW.stream AND version = NEW.version - 1))
  OR NEW.data IS NULL OR NEW.salt IS NULL
BEGIN
    SELECT RAISE(ABORT, 'events are gapless: append with the next position and the next version');
END;

CREATE TRIGGER events_update BEFORE UPDATE ON events
WHEN NEW.position IS NOT OLD.position OR NEW.stream IS NOT OLD.stream OR NEW.version IS NOT OLD.version
  OR NEW.type IS NOT OLD.type OR NEW.recorded_at IS NOT OLD.recorded_at OR NEW.recorded_by IS NOT OLD.recorded_by
  OR NEW.data_hash IS NOT OLD.data_hash OR NEW.data IS NOT NULL OR NEW.salt IS NOT NULL
  OR NOT EXISTS (
      SELECT 1 FROM events
      WHERE type = 'EventRedacted' AND json_extract(data, '$.position') = OLD.position
  )
BEGIN
    SELECT RAISE(ABORT, 'events are immutable: append a correction instead');
END;

CREATE TRIGGER events_delete BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'events are immutable: append a retraction instead');
END;

CREATE TRIGGER documents_insert_once BEFORE INSERT ON documents
WHEN EXISTS (SELECT 1 FROM documents WHERE sha256 = NEW.sha256 OR rowid = NEW.rowid)
BEGIN
    SELECT RAISE(ABORT, 'documents are immutable: that document is archived already');
END;

CREATE TRIGGER documents_update BEFORE UPDATE ON documents
BEGIN
    SELECT RAISE(ABORT, 'documents are immutable: archive the changed document under an id of its own');
END;

CREATE TRIGGER documents_delete BEFORE DELETE ON documents
BEGIN
    SELECT RAISE(ABORT, 'documents are immutable: an archived document stays');
END;
