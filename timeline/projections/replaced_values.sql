-- replaced_values: the people, tags, sources, pictures and related happenings that replaced versions name. With it, a query as of
-- a position finds those versions by what they name, and reads no others. number is the place in the list, from 0.

CREATE TABLE replaced_values (
    list     TEXT NOT NULL,
    value    TEXT NOT NULL,
    position INTEGER NOT NULL REFERENCES events(position),
    number   INTEGER NOT NULL,
    PRIMARY KEY (value, list, position, number)
) STRICT, WITHOUT ROWID;

INSERT INTO replaced_values
SELECT
    lists.value,
    CASE lists.value
        WHEN 'tags' THEN named.value
        WHEN 'actors' THEN actor_id(named.value ->> '$.name')
        WHEN 'related' THEN named.value ->> '$.other'
        ELSE named.value ->> '$.source'
    END,
    events.position, named.key
FROM events
CROSS JOIN json_each('["citations", "actors", "tags", "related", "media"]') AS lists
CROSS JOIN json_each(events.data, '$.statement.' || lists.value) AS named
WHERE events.position IN (
    SELECT position FROM staged_versions WHERE known_until IS NOT NULL UNION ALL SELECT position FROM staged_replaced
);

CREATE INDEX replaced_values_position ON replaced_values (position, list);
