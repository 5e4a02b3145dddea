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
changed (difference, kind, first_day, last_day) AS MATERIALIZED (
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
-- Each scale from the one below.
days (kind, bucket, starts, ends) AS MATERIALIZED (
    SELECT kind, day, sum(starts), sum(ends) FROM edges GROUP BY kind, day
),
of_7 (kind, bucket, starts, ends) AS MATERIALIZED (
    SELECT kind, bucket >> 7, sum(starts), sum(ends) FROM days GROUP BY kind, bucket >> 7
),
of_14 (kind, bucket, starts, ends) AS MATERIALIZED (
    SELECT kind, bucket >> 7, sum(starts), sum(ends) FROM of_7 GROUP BY kind, bucket >> 7
),
of_21 (kind, bucket, starts, ends) AS MATERIALIZED (
    SELECT kind, bucket >> 7, sum(starts), sum(ends) FROM of_14 GROUP BY kind, bucket >> 7
),
of_28 (kind, bucket, starts, ends) AS MATERIALIZED (
    SELECT kind, bucket >> 7, sum(starts), sum(ends) FROM of_21 GROUP BY kind, bucket >> 7
),
of_42 (kind, bucket, starts, ends) AS MATERIALIZED (
    SELECT kind, bucket >> 14, sum(starts), sum(ends) FROM of_28 GROUP BY kind, bucket >> 14
),
counted (kind, scale, bucket, starts, ends) AS MATERIALIZED (
    SELECT kind, 0, bucket, starts, ends FROM days
    UNION ALL SELECT kind, 7, bucket, starts, ends FROM of_7
    UNION ALL SELECT kind, 14, bucket, starts, ends FROM of_14
    UNION ALL SELECT kind, 21, bucket, starts, ends FROM of_21
    UNION ALL SELECT kind, 28, bucket, starts, ends FROM of_28
    UNION ALL SELECT kind, 42, bucket, starts, ends FROM of_42
)
SELECT '', scale, bucket, sum(starts), sum(ends) FROM counted GROUP BY scale, bucket
UNION ALL
SELECT kind, scale, bucket, starts, ends FROM counted WHERE kind IS NOT NULL
ON CONFLICT DO UPDATE SET starts = starts + excluded.starts, ends = ends + excluded.ends;

DELETE FROM density WHERE starts = 0 AND ends = 0 AND EXISTS (SELECT 1 FROM staged_replaced);
