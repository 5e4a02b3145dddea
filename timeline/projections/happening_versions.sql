-- happening_versions: every version of every happening, with the positions between which it stood.
-- As of position P: known_from <= P AND (known_until IS NULL OR known_until > P).
-- What was redacted is there by its place alone, with the status redacted, and the reason of that.

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

CREATE INDEX happening_versions_id ON happening_versions (id, version);
CREATE INDEX happening_versions_known_until ON happening_versions (known_until) WHERE known_until IS NOT NULL;

INSERT INTO happening_versions
SELECT
    substr(stream, 11),
    json_extract(data, '$.statement.title'),
    json_extract(data, '$.statement.attributed_to'),
    CASE WHEN data IS NULL THEN 'redacted' WHEN type = 'HappeningRetracted' THEN 'retracted' ELSE 'current' END,
    json_extract(data, '$.statement.summary'),
    json_extract(data, '$.statement.date'),
    json_extract(data, '$.statement.date_note'),
    edtf_earliest(json_extract(data, '$.statement.date')),
    edtf_latest(json_extract(data, '$.statement.date')),
    edtf_earliest_day(json_extract(data, '$.statement.date')),
    edtf_latest_day(json_extract(data, '$.statement.date')),
    edtf_near_earliest(json_extract(data, '$.statement.date')),
    edtf_near_latest(json_extract(data, '$.statement.date')),
    edtf_near_earliest_day(json_extract(data, '$.statement.date')),
    edtf_near_latest_day(json_extract(data, '$.statement.date')),
    day_second(json_extract(data, '$.statement.date'), json_extract(data, '$.statement.instant')),
    edtf_year(json_extract(data, '$.statement.date')),
    edtf_month(json_extract(data, '$.statement.date')),
    edtf_precision(json_extract(data, '$.statement.date')),
    json_extract(data, '$.statement.kind'),
    json_extract(data, '$.statement.place'),
    CAST(json_extract(data, '$.statement.latitude') AS REAL),
    CAST(json_extract(data, '$.statement.longitude') AS REAL),
    json_extract(data, '$.statement.part_of'),
    -- Documents, not ids: the same bytes or the same text under two ids are one. Each page of a WARC is a document.
    CASE json_array_length(data, '$.statement.citations') WHEN 1 THEN 1 ELSE (
        SELECT min(
            count(DISTINCT json_extract(value, '$.sha256') || coalesce(json_extract(first.data, '$.statement.url'), '')),
            count(DISTINCT json_extract(value, '$.text_sha256'))
        )
        FROM json_each(events.data, '$.statement.citations')
        LEFT JOIN events AS first ON first.stream = 'source/' || json_extract(value, '$.source') AND first.version = 1
            AND json_extract(first.data, '$.statement.media_type') = 'application/warc'
    ) END,
    coalesce(json_array_length(data, '$.statement.citations'), 0),
    version,
    recorded_at,
    position,
    position,
    NULL,
    coalesce(json_extract(data, '$.reason'), (
        SELECT json_extract(redaction.data, '$.reason') FROM events AS redaction
        WHERE redaction.type = 'EventRedacted' AND json_extract(redaction.data, '$.position') = events.position
          AND events.data IS NULL
    ))
FROM events
WHERE position > :after AND type IN ('HappeningRecorded', 'HappeningCorrected', 'HappeningRetracted')
ORDER BY position;

-- The version before each new one stood until that one.
UPDATE happening_versions AS old SET known_until = (
    SELECT position FROM happening_versions AS newer
    WHERE newer.id = old.id AND newer.version > old.version ORDER BY newer.version LIMIT 1
)
WHERE position IN (
    SELECT (
        SELECT position FROM happening_versions AS former
        WHERE former.id = known.id AND former.version < known.version ORDER BY former.version DESC LIMIT 1
    )
    FROM happening_versions AS known WHERE known.position > :after AND known.version > 1
);
