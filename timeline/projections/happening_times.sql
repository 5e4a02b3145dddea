-- happening_times: the local time, zone and instant of happenings whose time of day is known.

CREATE TABLE happening_times (
    happening  TEXT PRIMARY KEY REFERENCES happenings(id),
    local_time TEXT NOT NULL,
    zone       TEXT,
    instant    TEXT
) STRICT, WITHOUT ROWID;

DELETE FROM happening_times WHERE happening IN (
    SELECT id FROM happening_versions WHERE position > :after AND version > 1
);

INSERT INTO happening_times
SELECT
    known.id,
    substr(known.date, 1, instr(known.date, 'T') + 8),
    json_extract(events.data, '$.statement.zone'),
    json_extract(events.data, '$.statement.instant')
FROM happening_versions AS known
JOIN events ON events.position = known.position
WHERE known.position > :after AND known.known_until IS NULL AND known.precision = 'datetime'
ORDER BY known.position;
