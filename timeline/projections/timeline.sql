-- timeline: the current happenings in time order, for people to read.

CREATE VIEW timeline AS
SELECT date, title, attributed_to, summary, place, kind, part_of, sources, citations, earliest, latest, id, position
FROM happenings
WHERE status = 'current'
ORDER BY coalesce(earliest_day, latest_day, 9e15), day_second, -coalesce(latest_day, -9e15), date, id;
