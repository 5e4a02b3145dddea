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
scales (scale) AS (VALUES (0), (7), (14), (21), (28), (42)),
changed (difference, kind, first_day, last_day) AS MATERIALIZED (
    SELECT 1, kind, coalesce(earliest_day, latest_day), stands_until(date) FROM happening_versions
    WHERE position > :after AND known_until IS NULL AND status = 'current' AND coalesce(earliest_day, latest_day) IS NOT NULL
    UNION ALL
    SELECT -1, kind, coalesce(earliest_day, latest_day), stands_until(date) FROM happening_versions
    WHERE known_until > :after AND position <= :after AND status = 'current' AND coalesce(earliest_day, latest_day) IS NOT NULL
),
edges (kind, day, starts, ends) AS MATERIALIZED (
    SELECT kind, first_day, difference, CASE WHEN last_day = first_day THEN difference ELSE 0 END FROM changed
    UNION ALL
    SELECT kind, last_day, 0, difference FROM changed WHERE last_day <> first_day
)
SELECT '', scale, day >> scale AS bucket, sum(starts), sum(ends) FROM scales CROSS JOIN edges GROUP BY scale, bucket
UNION ALL
SELECT kind, scale, day >> scale AS bucket, sum(starts), sum(ends) FROM scales CROSS JOIN edges
WHERE kind IS NOT NULL GROUP BY kind, scale, bucket
ON CONFLICT DO UPDATE SET starts = starts + excluded.starts, ends = ends + excluded.ends;

DELETE FROM density WHERE starts = 0 AND ends = 0;
