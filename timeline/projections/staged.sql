-- staged: the contents of the events that are being projected, parsed once. These are temporary tables, which the files in this
-- folder read; a statement is skipped if all the staged tables that it reads are empty. A statement with parameters runs for each
-- row that staging.py counted for its table.
-- staging.py fills them: staged_replaced from happenings, before those rows are deleted, and the others from the events' data.

-- Versions of happenings. known_until is set if another staged version replaces this one; the days are those of dates.parse.
-- people, quotations and folded are the columns of happenings_fts.
CREATE TEMP TABLE IF NOT EXISTS staged_versions (
    position INTEGER PRIMARY KEY, id, version, recorded_at, known_until, status, title, summary, date, date_note, kind, place,
    latitude, longitude, part_of, attributed_to, zone, instant,
    earliest, latest, earliest_day, latest_day, near_earliest, near_latest, near_earliest_day, near_latest_day,
    day_second, year, month, precision, sources, citations, reason, people, quotations, folded
);

-- The rows of happenings that new versions replace, unchanged, each with the position of the version that replaces it.
CREATE TEMP TABLE IF NOT EXISTS staged_replaced (
    position INTEGER PRIMARY KEY, id, replaced_by, date, earliest_day, latest_day, kind, place, attributed_to, status, sources,
    version, review
);

-- The lists of the latest versions, in the order of their events.
CREATE TEMP TABLE IF NOT EXISTS staged_citations (
    happening, number, source, quote, prefix, suffix, start_char, end_char, grade, stance, supports, fragment,
    description
);
CREATE TEMP TABLE IF NOT EXISTS staged_tags (happening, tag);
CREATE TEMP TABLE IF NOT EXISTS staged_related (happening, other, relation);
CREATE TEMP TABLE IF NOT EXISTS staged_media (happening, number, source, alt, caption, credit);

-- The people whom any of the versions names. is_latest: whether it is the latest version.
CREATE TEMP TABLE IF NOT EXISTS staged_actors (happening, number, actor, name, role, is_latest);

-- The reviews of happenings. reviewer: the name as same_name gives it. version: the reviewed one, or 0 if the review is redacted.
CREATE TEMP TABLE IF NOT EXISTS staged_reviews (
    happening, reviewer, version, position, PRIMARY KEY (happening, reviewer, version, position)
) WITHOUT ROWID;

-- The events that describe a source. is_latest: whether no later one does.
CREATE TEMP TABLE IF NOT EXISTS staged_sources (position INTEGER PRIMARY KEY, stream, version, type, is_latest, folded);
