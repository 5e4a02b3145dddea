-- happening_times: the times of day of a happening, as now known, and the same in universal time.
-- local_time and local_until are its first and last time as written, no more precise than they are known; a single time is
-- local_time. instant is the whole date in universal time, if the zone or the shift is known; first_instant and last_instant are
-- its bounds, to the minute, or to the second if that is known.

CREATE TABLE happening_times (
    happening     TEXT PRIMARY KEY REFERENCES happenings(id),
    local_time    TEXT NOT NULL,
    zone          TEXT,
    instant       TEXT,
    local_until   TEXT,
    first_instant TEXT,
    last_instant  TEXT
) STRICT, WITHOUT ROWID;

DELETE FROM happening_times WHERE happening IN (SELECT id FROM staged_replaced);

INSERT INTO happening_times
SELECT
    id, local_time(date), zone, instant, local_until(date), edtf_earliest_time(instant), edtf_latest_time(instant)
FROM staged_versions
WHERE known_until IS NULL AND instr(date, 'T') AND local_time(date) IS NOT NULL
ORDER BY position;
