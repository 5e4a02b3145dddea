-- happening_tags: the words a happening, as now known, is filed under.

CREATE TABLE happening_tags (
    happening TEXT NOT NULL REFERENCES happenings(id),
    tag       TEXT NOT NULL,
    PRIMARY KEY (happening, tag)
) STRICT, WITHOUT ROWID;

CREATE INDEX happening_tags_tag ON happening_tags (tag);

DELETE FROM happening_tags WHERE happening IN (
    SELECT id FROM happening_versions WHERE position > :after AND version > 1
);

INSERT INTO happening_tags
SELECT known.id, filed.value
FROM happening_versions AS known
JOIN events ON events.position = known.position
JOIN json_each(events.data, '$.statement.tags') AS filed
WHERE known.position > :after AND known.known_until IS NULL
ORDER BY known.position, filed.key;
