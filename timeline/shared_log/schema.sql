-- The shared log: the tables of the log in a file, in PostgreSQL, with the same columns and hashes, and the guards as triggers and roles.
-- The guards stop accidents and appenders. They cannot stop someone who owns the database: the evidence is the signed root, stored
-- elsewhere. Checkpoints and signatures are in the files of the readers, each of which can sign.
-- It is run as a whole, in one transaction, by the database's owner: timeline share.

CREATE SCHEMA timeline;
REVOKE ALL ON SCHEMA timeline FROM PUBLIC;

-- One row: the layout of these tables, and the name under which the log signed before it moved here, if it did.
CREATE TABLE timeline.log (
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    format bigint NOT NULL,
    origin text
);
INSERT INTO timeline.log (format) VALUES (1);

CREATE TABLE timeline.events (
    position    bigint PRIMARY KEY,
    stream      text COLLATE "C" NOT NULL,
    version     bigint NOT NULL,
    type        text COLLATE "C" NOT NULL,
    recorded_at text COLLATE "C" NOT NULL,
    recorded_by text COLLATE "C" NOT NULL,
    data        text COLLATE "C",
    salt        bytea,
    data_hash   bytea NOT NULL,
    UNIQUE (stream, version)
);

CREATE TABLE timeline.documents (
    sha256 text COLLATE "C" PRIMARY KEY,
    bytes  bytea NOT NULL
);
-- Most documents are compressed already: the server need not try, and can read one in pieces.
ALTER TABLE timeline.documents ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Find the redaction of an event or of a document quickly; there are few. Find the source that has a document.
CREATE INDEX events_redactions ON timeline.events (((data::jsonb ->> 'position')::bigint)) WHERE type = 'EventRedacted';
CREATE INDEX events_archived ON timeline.events ((data::jsonb #>> '{statement,sha256}')) WHERE type = 'SourceArchived';

-- Whoever inserts takes turns: a position follows the last one that is committed, and nobody reads past one that is not.
CREATE FUNCTION timeline.take_turns() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(2115043329);
    RETURN NULL;
END $$;

-- The rules of its triggers, and two that SQLite cannot check: the hash of the data, and who may redact.
CREATE FUNCTION timeline.guard_event() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    said jsonb;
    redacted timeline.events;
BEGIN
    IF EXISTS (SELECT FROM timeline.events WHERE position = NEW.position)
      OR EXISTS (SELECT FROM timeline.events WHERE stream = NEW.stream AND version = NEW.version) THEN
        RAISE 'events are immutable: that position or version is taken. Append a correction instead' USING ERRCODE = '23505';
    END IF;
    IF NEW.position IS DISTINCT FROM (SELECT coalesce(max(position), 0) + 1 FROM timeline.events)
      OR NEW.version IS DISTINCT FROM (SELECT coalesce(max(version), 0) + 1 FROM timeline.events WHERE stream = NEW.stream)
      OR NEW.data IS NULL OR NEW.salt IS NULL THEN
        RAISE 'events are gapless: append with the next position and the next version' USING ERRCODE = '23514';
    END IF;
    said := NEW.data::jsonb;
    IF NEW.type NOT IN ('SourceArchived', 'SourceCorrected', 'HappeningRecorded', 'HappeningCorrected', 'HappeningRetracted',
        'HappeningReviewed', 'EventRedacted')
      OR NOT (
          (NEW.stream LIKE 'source/_%' AND NEW.type NOT LIKE 'Happening%')
          OR (NEW.stream LIKE 'happening/_%' AND NEW.type NOT LIKE 'Source%')
      )
      OR NEW.recorded_at !~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$'
      OR to_char(NEW.recorded_at::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') <> NEW.recorded_at
      OR btrim(NEW.recorded_by, ' ') = ''
      OR jsonb_typeof(said) <> 'object' OR length(NEW.salt) <> 16
      OR NEW.data_hash <> sha256(NEW.salt || convert_to(NEW.data, 'UTF8'))
      OR (coalesce(jsonb_typeof(said -> 'statement'), '') = 'object') = (NEW.type IN ('EventRedacted', 'HappeningReviewed')) THEN
        RAISE 'events have a form: a type and its kind of stream, when and by whom, a statement, a review or a redaction, a salt, a SHA-256'
            USING ERRCODE = '23514';
    END IF;

    -- A source has one document and one text: those that its first event names.
    IF NEW.type LIKE 'Source%' AND NEW.version > 1 AND NOT EXISTS (
        SELECT FROM timeline.events AS earlier
        WHERE earlier.stream = NEW.stream
          AND coalesce(earlier.data::jsonb #>> '{statement,sha256}', earlier.data::jsonb #>> '{kept,sha256}')
            = said #>> '{statement,sha256}'
          AND coalesce(earlier.data::jsonb #>> '{statement,text_sha256}', earlier.data::jsonb #>> '{kept,text_sha256}')
            = said #>> '{statement,text_sha256}'
    ) THEN
        RAISE 'sources are immutable: archive another document under an id of its own' USING ERRCODE = '23514';
    END IF;

    -- Citations name the same two.
    IF NEW.type LIKE 'Happening%' AND jsonb_typeof(said #> '{statement,citations}') = 'array' AND EXISTS (
        SELECT FROM (
            SELECT DISTINCT one ->> 'source' AS source, one ->> 'sha256' AS sha256, one ->> 'text_sha256' AS text_sha256
            FROM jsonb_array_elements(said #> '{statement,citations}') AS one
        ) AS citation
        WHERE NOT EXISTS (
            SELECT FROM timeline.events AS cited
            WHERE cited.stream = 'source/' || citation.source
              AND coalesce(cited.data::jsonb #>> '{statement,sha256}', cited.data::jsonb #>> '{kept,sha256}') = citation.sha256
              AND coalesce(cited.data::jsonb #>> '{statement,text_sha256}', cited.data::jsonb #>> '{kept,text_sha256}')
                = citation.text_sha256
        )
    ) THEN
        RAISE 'citations are immutable: each names the document and the text that its source was archived with'
            USING ERRCODE = '23514';
    END IF;

    -- A review names a version of its own happening that makes a statement, and gives a verdict on it.
    IF NEW.type = 'HappeningReviewed' AND (
        coalesce(said ->> 'version', '') !~ '^\d{1,15}$' OR coalesce(jsonb_typeof(said -> 'version'), '') <> 'number'
        OR coalesce(said ->> 'verdict', '') NOT IN ('confirmed', 'doubted')
        OR NOT EXISTS (
            SELECT FROM timeline.events AS reviewed
            WHERE reviewed.stream = NEW.stream
              AND reviewed.version = CASE WHEN said ->> 'version' ~ '^\d{1,15}$' THEN (said ->> 'version')::bigint END
              AND reviewed.type IN ('HappeningRecorded', 'HappeningCorrected') AND reviewed.data IS NOT NULL
        )
        OR EXISTS (SELECT FROM timeline.events WHERE stream = NEW.stream AND type = 'HappeningRetracted')
    ) THEN
        RAISE 'reviews name a version of their own happening, which is not retracted, and a verdict' USING ERRCODE = '23514';
    END IF;

    -- A redaction names an event of its own stream that is not redacted yet. It removes only documents that this event names and
    -- that no other happening cites; for a source's event, no other event at all may name them. If the document of a redacted
    -- source stays, the redaction repeats its two hashes.
    IF NEW.type = 'EventRedacted' THEN
        IF NOT (pg_has_role(current_user, 'timeline_redactor', 'USAGE') OR pg_has_role(
            current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE'
        )) THEN
            RAISE 'events are redacted by members of timeline_redactor alone' USING ERRCODE = '42501';
        END IF;
        SELECT * INTO redacted FROM timeline.events
        WHERE jsonb_typeof(said -> 'position') = 'number' AND jsonb_typeof(said -> 'documents') = 'array'
          AND position = CASE WHEN said ->> 'position' ~ '^\d{1,18}$' THEN (said ->> 'position')::bigint END
          AND stream = NEW.stream AND type <> 'EventRedacted' AND data IS NOT NULL
          AND (NOT said ? 'kept' OR said -> 'kept' = jsonb_build_object(
              'sha256', data::jsonb #> '{statement,sha256}', 'text_sha256', data::jsonb #> '{statement,text_sha256}'
          ));
        IF NOT FOUND OR EXISTS (
            SELECT FROM jsonb_array_elements_text(said -> 'documents') AS removed
            WHERE NOT EXISTS (SELECT FROM timeline.documents WHERE sha256 = removed)
              OR NOT EXISTS (
                  SELECT FROM jsonb_path_query(
                      redacted.data::jsonb,
                      CASE WHEN redacted.type LIKE 'Source%' THEN '$.statement.keyvalue()'::jsonpath
                          ELSE '$.statement.citations[*].keyvalue()'::jsonpath END
                  ) AS named
                  WHERE named ->> 'key' IN ('sha256', 'text_sha256') AND named ->> 'value' = removed
              )
              OR EXISTS (
                  SELECT FROM timeline.events AS other
                  WHERE other.position <> redacted.position AND other.type <> 'EventRedacted'
                    AND (other.type LIKE 'Happening%' OR NEW.stream LIKE 'source/%')
                    AND timeline.names_document(other.data, removed)
              )
        ) THEN
            RAISE 'redactions take away one event of their own stream, and documents that no other event needs'
                USING ERRCODE = '23514';
        END IF;
    END IF;
    RETURN NEW;
END $$;

-- Whether the statement in an event's data names a document, at any depth.
CREATE FUNCTION timeline.names_document(data text, removed text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(strpos(data, removed) > 0 AND jsonb_path_exists(
        data::jsonb, '$.statement.** ? (@.sha256 == $one || @.text_sha256 == $one)', jsonb_build_object('one', removed)
    ), false)
$$;

-- An EventRedacted removes the data that it names in the same statement, so nobody needs the right to update or to delete.
CREATE FUNCTION timeline.redact() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    UPDATE timeline.events SET data = NULL, salt = NULL WHERE position = (NEW.data::jsonb ->> 'position')::bigint;
    DELETE FROM timeline.documents WHERE sha256 IN (SELECT jsonb_array_elements_text(NEW.data::jsonb -> 'documents'));
    RETURN NULL;
END $$;

REVOKE ALL ON FUNCTION timeline.redact() FROM PUBLIC;

CREATE FUNCTION timeline.guard_update() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (NEW.position, NEW.stream, NEW.version, NEW.type, NEW.recorded_at, NEW.recorded_by, NEW.data_hash)
      IS DISTINCT FROM (OLD.position, OLD.stream, OLD.version, OLD.type, OLD.recorded_at, OLD.recorded_by, OLD.data_hash)
      OR NEW.data IS NOT NULL OR NEW.salt IS NOT NULL
      OR NOT EXISTS (
          SELECT FROM timeline.events
          WHERE type = 'EventRedacted' AND (data::jsonb ->> 'position')::bigint = OLD.position
      ) THEN
        RAISE 'events are immutable: append a correction instead' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;

-- Refuse a statement; the trigger's argument is the reason.
CREATE FUNCTION timeline.refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE '%', TG_ARGV[0] USING ERRCODE = '23514';
END $$;

CREATE FUNCTION timeline.guard_document() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    is_redacted boolean;
    one text := CASE TG_OP WHEN 'DELETE' THEN OLD.sha256 ELSE NEW.sha256 END;
BEGIN
    is_redacted := EXISTS (
        SELECT FROM timeline.events WHERE type = 'EventRedacted' AND jsonb_typeof(data::jsonb -> 'documents') = 'array'
          AND data::jsonb -> 'documents' ? one
    );
    IF TG_OP = 'DELETE' THEN
        IF NOT is_redacted THEN
            RAISE 'documents are immutable: an archived document stays' USING ERRCODE = '23514';
        END IF;
        RETURN OLD;
    END IF;
    IF is_redacted THEN
        RAISE 'documents are immutable: that document was redacted' USING ERRCODE = '23514';
    END IF;
    IF NEW.sha256 IS DISTINCT FROM encode(sha256(NEW.bytes), 'hex') THEN
        RAISE 'documents are archived under the SHA-256 of their bytes, in hex' USING ERRCODE = '23514';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER a_turn BEFORE INSERT ON timeline.events FOR EACH STATEMENT EXECUTE FUNCTION timeline.take_turns();
CREATE TRIGGER insert_event BEFORE INSERT ON timeline.events FOR EACH ROW EXECUTE FUNCTION timeline.guard_event();
CREATE TRIGGER redact AFTER INSERT ON timeline.events FOR EACH ROW WHEN (NEW.type = 'EventRedacted') EXECUTE FUNCTION timeline.redact();
CREATE TRIGGER update_event BEFORE UPDATE ON timeline.events FOR EACH ROW EXECUTE FUNCTION timeline.guard_update();
CREATE TRIGGER delete_event BEFORE DELETE ON timeline.events FOR EACH STATEMENT
    EXECUTE FUNCTION timeline.refuse('events are immutable: append a retraction instead');
CREATE TRIGGER truncate_events BEFORE TRUNCATE ON timeline.events FOR EACH STATEMENT
    EXECUTE FUNCTION timeline.refuse('events are immutable: append a retraction instead');
CREATE TRIGGER a_turn BEFORE INSERT ON timeline.documents FOR EACH STATEMENT EXECUTE FUNCTION timeline.take_turns();
CREATE TRIGGER insert_document BEFORE INSERT ON timeline.documents FOR EACH ROW EXECUTE FUNCTION timeline.guard_document();
CREATE TRIGGER delete_document BEFORE DELETE ON timeline.documents FOR EACH ROW EXECUTE FUNCTION timeline.guard_document();
CREATE TRIGGER update_document BEFORE UPDATE ON timeline.documents FOR EACH STATEMENT
    EXECUTE FUNCTION timeline.refuse('documents are immutable: archive the changed document under an id of its own');
CREATE TRIGGER truncate_documents BEFORE TRUNCATE ON timeline.documents FOR EACH STATEMENT
    EXECUTE FUNCTION timeline.refuse('documents are immutable: an archived document stays');

-- They fire for replicas' and restoring sessions too.
ALTER TABLE timeline.events ENABLE ALWAYS TRIGGER a_turn;
ALTER TABLE timeline.events ENABLE ALWAYS TRIGGER insert_event;
ALTER TABLE timeline.events ENABLE ALWAYS TRIGGER redact;
ALTER TABLE timeline.events ENABLE ALWAYS TRIGGER update_event;
ALTER TABLE timeline.events ENABLE ALWAYS TRIGGER delete_event;
ALTER TABLE timeline.events ENABLE ALWAYS TRIGGER truncate_events;
ALTER TABLE timeline.documents ENABLE ALWAYS TRIGGER a_turn;
ALTER TABLE timeline.documents ENABLE ALWAYS TRIGGER insert_document;
ALTER TABLE timeline.documents ENABLE ALWAYS TRIGGER delete_document;
ALTER TABLE timeline.documents ENABLE ALWAYS TRIGGER update_document;
ALTER TABLE timeline.documents ENABLE ALWAYS TRIGGER truncate_documents;

-- Roles: a follower reads, an appender also inserts, a redactor may also insert redactions. Give them to each host's own user:
-- CREATE ROLE newsroom LOGIN PASSWORD '…' IN ROLE timeline_appender
GRANT USAGE ON SCHEMA timeline TO timeline_follower, timeline_appender, timeline_redactor;
GRANT SELECT ON timeline.log, timeline.events, timeline.documents TO timeline_follower, timeline_appender, timeline_redactor;
GRANT INSERT ON timeline.events, timeline.documents TO timeline_appender, timeline_redactor;
