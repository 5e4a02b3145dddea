-- source_pages: where each page of a PDF, or of a recognised TIFF, begins in its text, in code points. Form feeds separate the pages there.
-- Of a withheld text, only the pages on which it is cited are known.

CREATE TABLE source_pages (
    source     TEXT NOT NULL REFERENCES sources(id),
    start_char INTEGER NOT NULL,
    page       INTEGER NOT NULL,
    PRIMARY KEY (source, start_char)
) STRICT, WITHOUT ROWID;

INSERT INTO source_pages
SELECT sources.id, start.value, start.key + 1
FROM staged_sources
JOIN sources ON sources.position = staged_sources.position
JOIN source_texts ON source_texts.source = sources.id
JOIN json_each(page_starts(source_texts.text)) AS start
WHERE (sources.media_type = 'application/pdf'
       OR (sources.media_type = 'image/tiff' AND instr(sources.extractor, 'recognised by tesseract') > 0))
  AND NOT EXISTS (SELECT 1 FROM source_pages WHERE source_pages.source = sources.id)
ORDER BY sources.position, start.key;

INSERT INTO source_pages
SELECT sources.id, json_extract(page.value, '$[0]'), json_extract(page.value, '$[1]')
FROM staged_sources
JOIN sources ON sources.position = staged_sources.position
JOIN withheld ON withheld.sha256 = sources.text_sha256
JOIN json_each(withheld.pages) AS page
WHERE NOT EXISTS (SELECT 1 FROM source_pages WHERE source_pages.source = sources.id)
ORDER BY sources.position, page.key;
