-- actors: everyone whom any version of a happening names, under the name first recorded for that id.
-- happening_actors: who took part in what, as now known.

CREATE TABLE actors (
    id   TEXT PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;

CREATE TABLE happening_actors (
    happening TEXT NOT NULL REFERENCES happenings(id),
    actor     TEXT NOT NULL REFERENCES actors(id),
    role      TEXT,
    PRIMARY KEY (happening, actor)
) STRICT;

-- People are asked for by name.
CREATE INDEX actors_name ON actors (name COLLATE NOCASE);
CREATE INDEX happening_actors_actor ON happening_actors (actor);

INSERT INTO actors
SELECT actor_id(json_extract(named.value, '$.name')), json_extract(named.value, '$.name')
FROM happening_versions AS known
JOIN events ON events.position = known.position
JOIN json_each(events.data, '$.statement.actors') AS named
WHERE known.position > :after
ORDER BY known.position, named.key
ON CONFLICT DO NOTHING;

DELETE FROM happening_actors WHERE happening IN (
    SELECT id FROM happening_versions WHERE position > :after AND version > 1
);

INSERT INTO happening_actors
SELECT known.id, actor_id(json_extract(named.value, '$.name')), json_extract(named.value, '$.role')
FROM happening_versions AS known
JOIN events ON events.position = known.position
JOIN json_each(events.data, '$.statement.actors') AS named
WHERE known.position > :after AND known.known_until IS NULL
ORDER BY known.position, named.key;
