-- happening_tags: the tags of each happening, as now known.

CREATE TABLE happening_tags (
    happening TEXT NOT NULL REFERENCES happenings(id),
    tag       TEXT NOT NULL,
    PRIMARY KEY (happening, tag)
) STRICT, WITHOUT ROWID;

DELETE FROM happening_tags WHERE happening IN (SELECT id FROM staged_replaced);

INSERT INTO happening_tags
SELECT happening, tag FROM staged_tags
ORDER BY happening, tag;

CREATE INDEX happening_tags_tag ON happening_tags (tag);
