-- citations: the words in the documents that a happening, as now known, rests on.
-- Offsets are in Unicode code points into the source's text; end_char is the first one after the quotation.
-- page is the page of a PDF on which it begins.

CREATE TABLE citations (
    happening  TEXT NOT NULL REFERENCES happenings(id),
    number     INTEGER NOT NULL,
    source     TEXT NOT NULL REFERENCES sources(id),
    quote      TEXT NOT NULL,
    prefix     TEXT NOT NULL,
    suffix     TEXT NOT NULL,
    start_char INTEGER NOT NULL,
    end_char   INTEGER NOT NULL,
    grade      TEXT NOT NULL,
    stance     TEXT NOT NULL,
    supports   TEXT,
    page       INTEGER,
    PRIMARY KEY (happening, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX citations_source ON citations (source, start_char);
CREATE INDEX citations_disputing ON citations (happening) WHERE stance = 'disputes';

DELETE FROM citations WHERE happening IN (SELECT id FROM happening_versions WHERE position > :after AND version > 1);

INSERT INTO citations
SELECT
    known.id,
    said.key + 1,
    json_extract(said.value, '$.source'),
    json_extract(said.value, '$.quote'),
    json_extract(said.value, '$.prefix'),
    json_extract(said.value, '$.suffix'),
    json_extract(said.value, '$.start_char'),
    json_extract(said.value, '$.end_char'),
    json_extract(said.value, '$.grade'),
    json_extract(said.value, '$.stance'),
    json_extract(said.value, '$.supports'),
    (
        SELECT page FROM source_pages
        WHERE source_pages.source = json_extract(said.value, '$.source')
          AND source_pages.start_char <= json_extract(said.value, '$.start_char')
        ORDER BY source_pages.start_char DESC LIMIT 1
    )
FROM happening_versions AS known
JOIN events ON events.position = known.position
JOIN json_each(events.data, '$.statement.citations') AS said
WHERE known.position > :after AND known.known_until IS NULL
ORDER BY known.position, said.key;
