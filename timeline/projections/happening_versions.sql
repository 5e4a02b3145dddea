-- happening_versions: every version of every happening, with the positions between which it was the latest.
-- As of position P: known_from <= P AND (known_until IS NULL OR known_until > P).
-- A redacted version has only its id, version and position, the status redacted, and the reason for the redaction.

CREATE TABLE happening_versions (
    id            TEXT NOT NULL REFERENCES happenings(id),
    title         TEXT,
    attributed_to TEXT,
    status        TEXT NOT NULL,
    summary       TEXT,
    date          TEXT,
    date_note     TEXT,
    earliest      TEXT,
    latest        TEXT,
    earliest_day  INTEGER,
    latest_day    INTEGER,
    near_earliest TEXT,
    near_latest   TEXT,
    near_earliest_day INTEGER,
    near_latest_day   INTEGER,
    day_second    INTEGER NOT NULL,
    year          INTEGER,
    month         INTEGER,
    precision     TEXT,
    kind          TEXT,
    place         TEXT,
    latitude      REAL,
    longitude     REAL,
    part_of       TEXT REFERENCES happenings(id),
    sources       INTEGER NOT NULL,
    citations     INTEGER NOT NULL,
    version       INTEGER NOT NULL,
    recorded_at   TEXT NOT NULL,
    position      INTEGER PRIMARY KEY REFERENCES events(position),
    known_from    INTEGER NOT NULL,
    known_until   INTEGER,
    reason        TEXT
) STRICT;

INSERT INTO happening_versions
SELECT
    id, title, attributed_to, status, summary, date, date_note, earliest, latest, earliest_day, latest_day,
    near_earliest, near_latest, near_earliest_day, near_latest_day, day_second, year, month, precision, kind, place,
    CAST(latitude AS REAL), CAST(longitude AS REAL), part_of, sources, citations, version,
    recorded_at, position, position, known_until,
    CASE WHEN status <> 'redacted' THEN reason ELSE (
        SELECT json_extract(redaction.data, '$.reason') FROM events AS redaction
        WHERE redaction.type = 'EventRedacted' AND json_extract(redaction.data, '$.position') = staged_versions.position
    ) END
FROM staged_versions
ORDER BY position;

-- Each new version ends the validity of the one before it.
UPDATE happening_versions SET known_until = (
    SELECT replaced_by FROM staged_replaced WHERE staged_replaced.position = happening_versions.position
)
WHERE position IN (SELECT position FROM staged_replaced);

CREATE INDEX happening_versions_id ON happening_versions (id, version);
CREATE INDEX happening_versions_part_of ON happening_versions (part_of) WHERE part_of IS NOT NULL;
-- The replaced versions are few among many. The index has their columns that counts as of a position need.
CREATE INDEX happening_versions_known_until ON happening_versions (
    known_until, status, kind, earliest_day, latest_day, date
) WHERE known_until IS NOT NULL;
