-- density: how many current happenings begin and end in each stretch of 2^scale days, so that a timeline of any length and
-- any size is counted in as many rows as it has pixels. Bucket b holds the days from b * 2^scale to (b + 1) * 2^scale - 1.
-- Each is counted twice: under its own kind, and under '' for all. It begins where it is placed in the time order, which
-- without a known start is its last day. An interval with an open end ends in no stretch; what has no known end otherwise
-- ends where it begins. Those that touch a period are the starts up to its last day less the ends before its first.

CREATE TABLE density (
    kind   TEXT NOT NULL,
    scale  INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    starts INTEGER NOT NULL,
    ends   INTEGER NOT NULL,
    PRIMARY KEY (kind, scale, bucket)
) STRICT, WITHOUT ROWID;

CREATE INDEX density_none ON density (starts, ends) WHERE starts = 0 AND ends = 0;

INSERT INTO density
WITH
changed (difference, kind, first_day, last_day) AS (
    SELECT 1, kind, coalesce(earliest_day, latest_day), stands_until FROM staged_versions
    WHERE known_until IS NULL AND status = 'current' AND coalesce(earliest_day, latest_day) IS NOT NULL
    UNION ALL
    SELECT -1, kind, coalesce(earliest_day, latest_day), stands_until(date) FROM staged_replaced
    WHERE status = 'current' AND coalesce(earliest_day, latest_day) IS NOT NULL
),
edges (kind, day, starts, ends) AS (
    SELECT kind, first_day, difference, CASE WHEN last_day = first_day THEN difference ELSE 0 END FROM changed
    UNION ALL
    SELECT kind, last_day, 0, difference FROM changed WHERE last_day <> first_day
),
counted (kind, day, starts, ends) AS (
    SELECT '', day, starts, ends FROM edges
    UNION ALL SELECT kind, day, starts, ends FROM edges WHERE kind IS NOT NULL
),
-- The wide scales are summed from the first of them.
of_14 (kind, bucket, starts, ends) AS MATERIALIZED (
    SELECT kind, day >> 14, sum(starts), sum(ends) FROM edges GROUP BY 1, 2
),
wide (kind, bucket, starts, ends) AS (
    SELECT '', bucket, starts, ends FROM of_14
    UNION ALL SELECT kind, bucket, starts, ends FROM of_14 WHERE kind IS NOT NULL
)
SELECT kind, 0, day, starts, ends FROM counted
UNION ALL SELECT kind, 7, day >> 7, starts, ends FROM counted
UNION ALL SELECT kind, 14, bucket, starts, ends FROM wide
UNION ALL SELECT kind, 21, bucket >> 7, starts, ends FROM wide
UNION ALL SELECT kind, 28, bucket >> 14, starts, ends FROM wide
UNION ALL SELECT kind, 42, bucket >> 28, starts, ends FROM wide
WHERE true
ON CONFLICT DO UPDATE SET starts = starts + excluded.starts, ends = ends + excluded.ends;

DELETE FROM density WHERE starts = 0 AND ends = 0 AND EXISTS (SELECT 1 FROM staged_replaced);
