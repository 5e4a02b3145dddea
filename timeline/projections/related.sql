-- related: how a happening, as now known, relates to others, apart from being part of them.

CREATE TABLE related (
    happening TEXT NOT NULL REFERENCES happenings(id),
    other     TEXT NOT NULL REFERENCES happenings(id),
    relation  TEXT NOT NULL,
    PRIMARY KEY (happening, other, relation)
) STRICT, WITHOUT ROWID;

DELETE FROM related WHERE happening IN (SELECT id FROM staged_replaced);

INSERT INTO related
SELECT happening, other, relation FROM staged_related
ORDER BY happening, other, relation;

CREATE INDEX related_other ON related (other);
