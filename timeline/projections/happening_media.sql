-- happening_media: the pictures of a happening, as now known, in their order. The bytes are those of the source's document.

CREATE TABLE happening_media (
    happening TEXT NOT NULL REFERENCES happenings(id),
    number    INTEGER NOT NULL,
    source    TEXT NOT NULL REFERENCES sources(id),
    alt       TEXT,
    caption   TEXT,
    credit    TEXT,
    PRIMARY KEY (happening, number)
) STRICT, WITHOUT ROWID;

DELETE FROM happening_media WHERE happening IN (SELECT id FROM staged_replaced);

INSERT INTO happening_media
SELECT happening, number, source, alt, caption, credit FROM staged_media
ORDER BY happening, number;

CREATE INDEX happening_media_source ON happening_media (source);
