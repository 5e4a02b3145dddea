-- happenings: what occurred, as now known: the latest version of each happening.
-- near_… are the widest days that an approximate date may mean, by dates.near; for other dates, the same days.
-- review is the verdict on this version by others than its author, which reviews.sql fills in: doubted, confirmed, or nothing.
-- day_second is the second within the first day: in universal time if the zone is known, otherwise by the local clock.

CREATE TABLE happenings (
    id            TEXT PRIMARY KEY,
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
    position      INTEGER NOT NULL UNIQUE REFERENCES events(position),
    time_order    TEXT NOT NULL,
    review        TEXT
) STRICT, WITHOUT ROWID;

DELETE FROM happenings WHERE id IN (SELECT id FROM staged_replaced);

INSERT INTO happenings
SELECT
    id, title, attributed_to, status, summary, date, date_note, earliest, latest, earliest_day, latest_day,
    near_earliest, near_latest, near_earliest_day, near_latest_day, day_second, year, month, precision, kind, place,
    CAST(latitude AS REAL), CAST(longitude AS REAL), part_of, sources, citations, version,
    recorded_at, position,
    printf('%017d ', coalesce(earliest_day, latest_day, 9000000000000000) + 9000000000000000)
    || printf('%07d ', day_second + 1000000)
    || printf('%017d ', 9000000000000000 - coalesce(latest_day, -9000000000000000)) || coalesce(date, ''),
    NULL
FROM staged_versions
WHERE known_until IS NULL
ORDER BY id;

-- Time order: by the beginning, or by the end if the beginning is unknown; within a day by the time of day. Of happenings that
-- begin together, the longest comes first, and those with an open or unknown end come last. With the last columns, the happenings
-- of a period are counted, now or as of a position, without reading their rows.
CREATE INDEX happenings_time ON happenings (
    coalesce(earliest_day, latest_day, 9e15), day_second, -coalesce(latest_day, -9e15), date, id,
    near_latest_day, near_earliest_day, status, position
);
-- The same order in one text column, because Datasette's own page of the table sorts by a single column.
CREATE INDEX happenings_time_order ON happenings (time_order);
CREATE INDEX happenings_kind ON happenings (
    kind, coalesce(earliest_day, latest_day, 9e15), near_latest_day, near_earliest_day, status, position
) WHERE kind IS NOT NULL;
CREATE INDEX happenings_place ON happenings (place) WHERE place IS NOT NULL;
CREATE INDEX happenings_part_of ON happenings (part_of) WHERE part_of IS NOT NULL;
CREATE INDEX happenings_attributed_to ON happenings (attributed_to) WHERE attributed_to IS NOT NULL;
CREATE INDEX happenings_review ON happenings (review) WHERE review IS NOT NULL;
CREATE INDEX happenings_single_source ON happenings (sources) WHERE sources = 1;
