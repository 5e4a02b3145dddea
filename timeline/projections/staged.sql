-- staged: what the events that are being projected say, each read once, for as long as that takes. They are temporary tables,
-- which the files beside this one read; a statement that reads none that has rows is passed over.
-- staging.py fills them: staged_replaced from happenings, before those rows go, and the others from the events' data.

-- Versions of happenings. known_until is that of one that another of these replaces; the days are those of dates.parse.
CREATE TEMP TABLE IF NOT EXISTS staged_versions (
    position INTEGER PRIMARY KEY, id, version, recorded_at, known_until, status, title, summary, date, date_note,
    earliest, latest, earliest_day, latest_day, near_earliest, near_latest, near_earliest_day, near_latest_day,
    day_second, year, month, precision, stands_until, magnitude, kind, place, latitude, longitude, part_of, attributed_to,
    sources, citations, disputes, zone, instant, reason
);

-- The rows of happenings that new versions take the place of, as they are, and the position of the version that does.
CREATE TEMP TABLE IF NOT EXISTS staged_replaced (
    position INTEGER PRIMARY KEY, id, replaced_by, date, earliest_day, latest_day, kind, place, attributed_to, status, sources,
    version
);

-- What the versions that stand hold, in the order in which their events have it. is_current: it is not retracted. is_first: of
-- those of a happening that cite the same source.
CREATE TEMP TABLE IF NOT EXISTS staged_citations (
    happening, number, source, quote, prefix, suffix, start_char, end_char, grade, stance, supports, is_first, is_current
);
CREATE TEMP TABLE IF NOT EXISTS staged_tags (happening, tag, is_current);
CREATE TEMP TABLE IF NOT EXISTS staged_related (happening, other, relation);

-- Those whom any of the versions names; stands: whether that version does.
CREATE TEMP TABLE IF NOT EXISTS staged_actors (happening, actor, name, role, stands, is_current);

-- The events that say what a source is; stands: whether no later one of these does.
CREATE TEMP TABLE IF NOT EXISTS staged_sources (position INTEGER PRIMARY KEY, stream, version, type, stands);
