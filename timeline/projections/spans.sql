-- spans: the happenings, as now known, whose date allows more than one day, so that those that touch a period are found
-- without looking at all that began before it. magnitude is the number of bits in the days from the first to the last:
-- one of magnitude m that reaches a day began less than 2^m days before it. 62: no known end; 63: no known start, and
-- first_day is then the last one.

CREATE TABLE spans (
    magnitude INTEGER NOT NULL,
    first_day INTEGER NOT NULL,
    last_day  INTEGER,
    position  INTEGER NOT NULL REFERENCES events(position),
    PRIMARY KEY (magnitude, first_day, position)
) STRICT, WITHOUT ROWID;

DELETE FROM spans WHERE (magnitude, first_day, position) IN (
    SELECT magnitude(earliest_day, latest_day), coalesce(earliest_day, latest_day, 9007199254740991), position FROM happening_versions
    WHERE known_until > :after AND position <= :after AND date IS NOT NULL
);

INSERT INTO spans
SELECT magnitude(earliest_day, latest_day), coalesce(earliest_day, latest_day, 9007199254740991), latest_day, position
FROM happening_versions
WHERE position > :after AND known_until IS NULL AND date IS NOT NULL AND magnitude(earliest_day, latest_day) > 0
ORDER BY magnitude(earliest_day, latest_day), earliest_day, position;
