-- spans: the happenings, as now known, that last longer than a day, as density counts them. With it, a query finds those that
-- touch a period without reading everything that began before it. magnitude is the number of bits in the days from the first to
-- the last: a span of magnitude m that reaches a day began less than 2^m days before it. 62: an interval with an open end.

CREATE TABLE spans (
    magnitude INTEGER NOT NULL,
    first_day INTEGER NOT NULL,
    last_day  INTEGER,
    position  INTEGER NOT NULL REFERENCES events(position),
    PRIMARY KEY (magnitude, first_day, position)
) STRICT, WITHOUT ROWID;

DELETE FROM spans WHERE (magnitude, first_day, position) IN (
    SELECT magnitude(earliest_day, drawn_until(date)), earliest_day, position FROM staged_replaced WHERE earliest_day IS NOT NULL
);

INSERT INTO spans VALUES (?, ?, ?, ?);
