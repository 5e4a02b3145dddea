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

INSERT INTO density VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET starts = starts + excluded.starts, ends = ends + excluded.ends;

DELETE FROM density WHERE starts = 0 AND ends = 0 AND EXISTS (SELECT 1 FROM staged_replaced);
