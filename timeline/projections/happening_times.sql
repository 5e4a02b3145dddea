-- happening_times: the times of day of a happening, as now known, and what they are in universal time.
-- local_time and local_until are its first and its last time as written, no more exact than they are known; one time alone is
-- local_time. instant is the whole date in universal time, where the zone or the shift is known; first_instant and
-- last_instant are its bounds, to the minute, or to the second where that is known.

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
