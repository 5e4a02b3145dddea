-- actors: everyone named in any version of a happening, under the name first recorded for that id.
-- happening_actors: who took part in which happening, as now known; number is the place in its list, from 1.

CREATE TABLE actors (
    id   TEXT PRIMARY KEY,
    name TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE happening_actors (
    happening TEXT NOT NULL REFERENCES happenings(id),
    actor     TEXT NOT NULL REFERENCES actors(id),
    role      TEXT,
    number    INTEGER NOT NULL,
    PRIMARY KEY (happening, actor)
) STRICT, WITHOUT ROWID;

INSERT INTO actors
SELECT actor, name FROM staged_actors WHERE true
ORDER BY rowid
ON CONFLICT DO NOTHING;

DELETE FROM happening_actors WHERE happening IN (SELECT id FROM staged_replaced);

INSERT INTO happening_actors
SELECT happening, actor, role, number FROM staged_actors
WHERE is_latest
ORDER BY happening, actor;

-- Filters look people up by name.
CREATE INDEX actors_name ON actors (name COLLATE NOCASE);
CREATE INDEX happening_actors_actor ON happening_actors (actor);
