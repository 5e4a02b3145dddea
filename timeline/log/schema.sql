-- The append-only log of events, and the archive of the documents that they cite.
-- The guards stop accidents. They cannot stop someone who owns the file: the evidence is the signed root, stored elsewhere.

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

-- Find the redaction of an event or of a document quickly; there are few.
CREATE INDEX events_redactions ON events (json_extract(data, '$.position')) WHERE type = 'EventRedacted';

-- The published checkpoints: the root of the log's tree at a size, and the signatures with their public keys (vkeys).
-- Anyone who can write to the file can add a row, so its names, times and keys prove nothing by themselves. A false row cannot
-- replace a true one: rows with different roots or signatures exist side by side.
CREATE TABLE checkpoints (
    number  INTEGER PRIMARY KEY,
    origin  TEXT NOT NULL,
    size    INTEGER NOT NULL,
    root    BLOB NOT NULL,
    kept_at TEXT NOT NULL,
    UNIQUE (size, origin, root)
) STRICT;

CREATE TABLE signatures (
    number     INTEGER PRIMARY KEY,
    checkpoint INTEGER NOT NULL REFERENCES checkpoints(number),
    public_key TEXT NOT NULL,
    signature  BLOB NOT NULL,
    kept_at    TEXT NOT NULL,
    UNIQUE (checkpoint, public_key, signature)
) STRICT;

-- INSERT OR REPLACE deletes without firing DELETE triggers: refuse it before it can.
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

CREATE TRIGGER events_insert_form BEFORE INSERT ON events
WHEN NEW.type NOT IN ('SourceArchived', 'SourceCorrected', 'HappeningRecorded', 'HappeningCorrected', 'HappeningRetracted',
    'HappeningReviewed', 'EventRedacted')
  OR NEW.stream NOT GLOB CASE
      WHEN NEW.type GLOB 'Source*' THEN 'source/?*' WHEN NEW.type GLOB 'Happening*' THEN 'happening/?*' ELSE '[hs]*/?*' END
  OR strftime('%Y-%m-%dT%H:%M:%fZ', NEW.recorded_at, '+0 days') IS NOT NEW.recorded_at OR trim(NEW.recorded_by) = ''
  OR json_type(NEW.data) <> 'object' OR length(NEW.salt) <> 16 OR length(NEW.data_hash) <> 32
  OR (json_type(NEW.data, '$.statement') IS 'object') = (NEW.type IN ('EventRedacted', 'HappeningReviewed'))
BEGIN
    SELECT RAISE(ABORT, 'events have a form: a type and its kind of stream, when and by whom, a statement, a review or a redaction, a salt, a SHA-256');
END;

-- A source has one document and one text: those that its first event names.
-- Its corrections, and the citations of happenings, must name the same two.
CREATE TRIGGER events_insert_source BEFORE INSERT ON events
WHEN NEW.type GLOB 'Source*' AND NEW.version > 1 AND NOT EXISTS (
    SELECT 1 FROM events
    WHERE stream = NEW.stream
      AND coalesce(json_extract(data, '$.statement.sha256'), json_extract(data, '$.kept.sha256'))
        = json_extract(NEW.data, '$.statement.sha256')
      AND coalesce(json_extract(data, '$.statement.text_sha256'), json_extract(data, '$.kept.text_sha256'))
        = json_extract(NEW.data, '$.statement.text_sha256')
)
BEGIN
    SELECT RAISE(ABORT, 'sources are immutable: archive another document under an id of its own');
END;

CREATE TRIGGER events_insert_citation BEFORE INSERT ON events
WHEN NEW.type GLOB 'Happening*' AND EXISTS (
    SELECT 1 FROM json_each(NEW.data, '$.statement.citations') AS citation
    WHERE NOT EXISTS (
        SELECT 1 FROM events
        WHERE stream = 'source/' || json_extract(citation.value, '$.source')
          AND coalesce(json_extract(data, '$.statement.sha256'), json_extract(data, '$.kept.sha256'))
            = json_extract(citation.value, '$.sha256')
          AND coalesce(json_extract(data, '$.statement.text_sha256'), json_extract(data, '$.kept.text_sha256'))
            = json_extract(citation.value, '$.text_sha256')
    )
)
BEGIN
    SELECT RAISE(ABORT, 'citations are immutable: each names the document and the text that its source was archived with');
END;

-- A review names a version of its own happening that makes a statement, and gives a verdict on it.
CREATE TRIGGER events_insert_review BEFORE INSERT ON events
WHEN NEW.type = 'HappeningReviewed' AND (
    json_type(NEW.data, '$.version') IS NOT 'integer' OR coalesce(json_extract(NEW.data, '$.verdict') NOT IN ('confirmed', 'doubted'), 1)
    OR NOT EXISTS (
        SELECT 1 FROM events AS reviewed
        WHERE reviewed.stream = NEW.stream AND reviewed.version = json_extract(NEW.data, '$.version')
          AND reviewed.type IN ('HappeningRecorded', 'HappeningCorrected') AND reviewed.data IS NOT NULL
    )
    OR EXISTS (SELECT 1 FROM events AS retracting WHERE retracting.stream = NEW.stream AND retracting.type = 'HappeningRetracted')
)
BEGIN
    SELECT RAISE(ABORT, 'reviews name a version of their own happening, which is not retracted, and a verdict');
END;

-- A redaction names an event of its own stream that is not redacted yet. It removes only documents that this event names and that
-- no other happening cites; for a source's event, no other event at all may name them. If the document of a redacted source
-- stays, the redaction repeats its two hashes.
CREATE TRIGGER events_insert_redaction BEFORE INSERT ON events
WHEN NEW.type = 'EventRedacted' AND (
    NOT EXISTS (
        SELECT 1 FROM events AS redacted
        WHERE json_type(NEW.data, '$.position') = 'integer' AND json_type(NEW.data, '$.documents') = 'array' AND redacted.position = json_extract(NEW.data, '$.position')
          AND redacted.stream = NEW.stream AND redacted.type <> 'EventRedacted' AND redacted.data IS NOT NULL
          AND coalesce(json_extract(NEW.data, '$.kept') = json_object(
              'sha256', json_extract(redacted.data, '$.statement.sha256'),
              'text_sha256', json_extract(redacted.data, '$.statement.text_sha256')
          ), json_type(NEW.data, '$.kept') IS NULL)
    )
    OR EXISTS (
        SELECT 1 FROM json_each(NEW.data, '$.documents') AS removed
        WHERE NOT EXISTS (SELECT 1 FROM documents WHERE sha256 = removed.value)
          OR NOT EXISTS (
              SELECT 1 FROM events AS redacted, json_tree(redacted.data, '$.statement') AS named
              WHERE redacted.position = json_extract(NEW.data, '$.position')
                AND named.key IN ('sha256', 'text_sha256') AND named.value = removed.value
                AND named.path GLOB CASE WHEN redacted.type GLOB 'Source*' THEN '$.statement' ELSE '$.statement.citations[[]*]' END
          )
          OR EXISTS (
              SELECT 1 FROM events AS other, json_tree(other.data, '$.statement') AS named
              WHERE other.position <> json_extract(NEW.data, '$.position') AND other.type <> 'EventRedacted'
                AND (other.type GLOB 'Happening*' OR NEW.stream GLOB 'source/*')
                AND named.key IN ('sha256', 'text_sha256') AND named.value = removed.value
          )
    )
)
BEGIN
    SELECT RAISE(ABORT, 'redactions take away one event of their own stream, and documents that no other event needs');
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

-- Only a redaction that names a document removes it from the archive. It cannot be archived again.
CREATE TRIGGER documents_delete BEFORE DELETE ON documents
WHEN NOT EXISTS (
    SELECT 1 FROM events, json_each(events.data, '$.documents') AS named
    WHERE events.type = 'EventRedacted' AND named.value = OLD.sha256
)
BEGIN
    SELECT RAISE(ABORT, 'documents are immutable: an archived document stays');
END;

CREATE TRIGGER documents_insert_redacted BEFORE INSERT ON documents
WHEN EXISTS (
    SELECT 1 FROM events, json_each(events.data, '$.documents') AS named
    WHERE events.type = 'EventRedacted' AND named.value = NEW.sha256
)
BEGIN
    SELECT RAISE(ABORT, 'documents are immutable: that document was redacted');
END;

CREATE TRIGGER checkpoints_insert_once BEFORE INSERT ON checkpoints
WHEN EXISTS (
    SELECT 1 FROM checkpoints
    WHERE number = NEW.number OR (size = NEW.size AND origin = NEW.origin AND root = NEW.root)
)
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are immutable: that one is kept already');
END;

-- A time must be a real one, written as this program writes it. Only such a time limits the time of the next row.
CREATE TRIGGER checkpoints_insert_next AFTER INSERT ON checkpoints
WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.kept_at, '+0 days') IS NOT NEW.kept_at OR length(NEW.root) <> 32
  OR (NEW.number <> 1 AND NOT EXISTS (SELECT 1 FROM checkpoints WHERE number = NEW.number - 1))
  OR NOT EXISTS (SELECT 1 FROM events WHERE position = NEW.size)
  OR EXISTS (
      SELECT 1 FROM (
          SELECT recorded_at AS before FROM events WHERE position = NEW.size
          UNION ALL SELECT kept_at FROM checkpoints WHERE number = NEW.number - 1
      )
      WHERE before > NEW.kept_at AND strftime('%Y-%m-%dT%H:%M:%fZ', before, '+0 days') = before
  )
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are immutable and in order: add the next number, of events that are there, not kept before them');
END;

CREATE TRIGGER checkpoints_update BEFORE UPDATE ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are immutable: make another');
END;

CREATE TRIGGER checkpoints_delete BEFORE DELETE ON checkpoints
BEGIN
    SELECT RAISE(ABORT, 'checkpoints are immutable: what was handed out stays');
END;

CREATE TRIGGER signatures_insert_once BEFORE INSERT ON signatures
WHEN EXISTS (
    SELECT 1 FROM signatures
    WHERE number = NEW.number
       OR (checkpoint = NEW.checkpoint AND public_key = NEW.public_key AND signature = NEW.signature)
)
BEGIN
    SELECT RAISE(ABORT, 'signatures are immutable: that key has signed already');
END;

CREATE TRIGGER signatures_insert_next AFTER INSERT ON signatures
WHEN strftime('%Y-%m-%dT%H:%M:%fZ', NEW.kept_at, '+0 days') IS NOT NEW.kept_at OR length(NEW.signature) NOT IN (64, 72)
  OR NEW.public_key NOT GLOB '?*+[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]+?*'
  OR (NEW.number <> 1 AND NOT EXISTS (SELECT 1 FROM signatures WHERE number = NEW.number - 1))
  OR NOT EXISTS (SELECT 1 FROM checkpoints WHERE number = NEW.checkpoint)
  OR EXISTS (
      SELECT 1 FROM (
          SELECT kept_at AS before FROM checkpoints WHERE number = NEW.checkpoint
          UNION ALL SELECT kept_at FROM signatures WHERE number = NEW.number - 1
      )
      WHERE before > NEW.kept_at AND strftime('%Y-%m-%dT%H:%M:%fZ', before, '+0 days') = before
  )
BEGIN
    SELECT RAISE(ABORT, 'signatures are immutable and in order: add the next number, of a checkpoint that is there, not kept before it');
END;

CREATE TRIGGER signatures_update BEFORE UPDATE ON signatures
BEGIN
    SELECT RAISE(ABORT, 'signatures are immutable: keep another');
END;

CREATE TRIGGER signatures_delete BEFORE DELETE ON signatures
BEGIN
    SELECT RAISE(ABORT, 'signatures are immutable: what was signed stays');
END;
