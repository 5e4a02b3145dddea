-- density: how many current happenings begin and end in each stretch of 2^scale days, so that a drawing of a timeline of any
-- length and size reads about one row per pixel. Bucket b holds the days from b * 2^scale to (b + 1) * 2^scale - 1.
-- Each happening is counted twice: under its own kind, and under '' for all kinds. It begins where the time order places it: if
-- its start is unknown, on its last day. An interval with an open end never ends; any other happening without a known end ends
-- where it begins. The number that touch a period is the starts up to its last day minus the ends before its first day.

CREATE TABLE density (
    kind   TEXT NOT NULL,
    scale  INTEGER NOT NULL,
    bucket INTEGER NOT NULL,
    starts INTEGER NOT NULL,
    ends   INTEGER NOT NULL,
    PRIMARY KEY (scale, kind, bucket)
) STRICT, WITHOUT ROWID;

CREATE INDEX density_none ON density (starts, ends) WHERE starts = 0 AND ends = 0;

INSERT INTO density
WITH
changed (difference, kind, first_day, last_day) AS (
    SELECT 1, kind, coalesce(earliest_day, latest_day), drawn_until FROM staged_versions
    WHERE known_until IS NULL AND status = 'current' AND coalesce(earliest_day, latest_day) IS NOT NULL
    UNION ALL
    SELECT -1, kind, coalesce(earliest_day, latest_day), drawn_until(date) FROM staged_replaced
    WHERE status = 'current' AND coalesce(earliest_day, latest_day) IS NOT NULL
),
edges (kind, day, starts, ends) AS (
    SELECT kind, first_day, difference, CASE WHEN last_day = first_day THEN difference ELSE 0 END FROM changed
    UNION ALL
    SELECT kind, last_day, 0, difference FROM changed WHERE last_day <> first_day
),
-- Each scale is summed from the one before it; the rows of all kinds, from those of each kind.
of_0 (kind, bucket, starts, ends) AS MATERIALIZED (SELECT kind, day, sum(starts), sum(ends) FROM edges GROUP BY 1, 2),
of_7 (kind, bucket, starts, ends) AS MATERIALIZED (SELECT kind, bucket >> 7, sum(starts), sum(ends) FROM of_0 GROUP BY 1, 2),
of_14 (kind, bucket, starts, ends) AS MATERIALIZED (SELECT kind, bucket >> 7, sum(starts), sum(ends) FROM of_7 GROUP BY 1, 2),
counted (scale, kind, bucket, starts, ends) AS (
    SELECT 0, * FROM of_0
    UNION ALL SELECT 7, * FROM of_7
    UNION ALL SELECT 14, * FROM of_14
    UNION ALL SELECT 21, kind, bucket >> 7, starts, ends FROM of_14
    UNION ALL SELECT 28, kind, bucket >> 14, starts, ends FROM of_14
    UNION ALL SELECT 42, kind, bucket >> 28, starts, ends FROM of_14
)
SELECT kind, scale, bucket, starts, ends FROM counted WHERE kind IS NOT NULL
UNION ALL SELECT '', scale, bucket, sum(starts), sum(ends) FROM counted GROUP BY 2, 3
ON CONFLICT DO UPDATE SET starts = starts + excluded.starts, ends = ends + excluded.ends;

DELETE FROM density WHERE starts = 0 AND ends = 0 AND EXISTS (SELECT 1 FROM staged_replaced);
