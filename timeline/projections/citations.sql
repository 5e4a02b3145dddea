-- citations: the passages of documents that support or dispute a happening, as now known.
-- Offsets are in Unicode code points into the source's text; end_char is the first one after the quotation.
-- page is the PDF page on which the quotation begins. fragment is the part of a picture or recording that is cited.
-- Where a person describes that part, description has their words: nothing is quoted, quote is empty, and grade is 'described'.

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
    fragment   TEXT,
    description TEXT,
    PRIMARY KEY (happening, number)
) STRICT, WITHOUT ROWID;

DELETE FROM citations WHERE happening IN (SELECT id FROM staged_replaced);

INSERT INTO citations
SELECT
    happening, number, source, quote, prefix, suffix, start_char, end_char, grade, stance, supports,
    (
        SELECT page FROM source_pages
        WHERE source_pages.source = staged_citations.source AND source_pages.start_char <= staged_citations.start_char
          AND staged_citations.description IS NULL
        ORDER BY source_pages.start_char DESC LIMIT 1
    ),
    fragment, description
FROM staged_citations
ORDER BY happening, number;

CREATE INDEX citations_source ON citations (source, start_char);
CREATE INDEX citations_disputing ON citations (happening) WHERE stance = 'disputes';
