-- related: what a happening, as now known, has to do with others, apart from being part of them.

CREATE TABLE related (
    happening TEXT NOT NULL REFERENCES happenings(id),
    other     TEXT NOT NULL REFERENCES happenings(id),
    relation  TEXT NOT NULL,
    PRIMARY KEY (happening, other, relation)
) STRICT, WITHOUT ROWID;

CREATE INDEX related_other ON related (other);

DELETE FROM related WHERE happening IN (SELECT id FROM happening_versions WHERE position > :after AND version > 1);

INSERT INTO related
SELECT known.id, json_extract(tie.value, '$.other'), json_extract(tie.value, '$.relation')
FROM happening_versions AS known
JOIN events ON events.position = known.position
JOIN json_each(events.data, '$.statement.related') AS tie
WHERE known.position > :after AND known.known_until IS NULL
ORDER BY known.position, tie.key;
