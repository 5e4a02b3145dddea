-- facets: how many current happenings have each kind, place, actor, tag, source, review, and each mark that readers
-- filter by.
-- A version that is replaced is subtracted first, from the other tables, which are brought up to date later than this one.

CREATE TABLE facets (
    facet      TEXT NOT NULL,
    value      TEXT NOT NULL,
    happenings INTEGER NOT NULL,
    PRIMARY KEY (facet, value)
) STRICT, WITHOUT ROWID;

CREATE INDEX facets_none ON facets (happenings) WHERE happenings = 0;

INSERT INTO facets
WITH replaced AS (SELECT * FROM staged_replaced WHERE status = 'current')
SELECT 'kind', kind, -1 FROM replaced WHERE kind IS NOT NULL
UNION ALL SELECT 'place', place, -1 FROM replaced WHERE place IS NOT NULL
UNION ALL SELECT 'actor', actor, -1 FROM replaced JOIN happening_actors ON happening = id
UNION ALL SELECT 'tag', tag, -1 FROM replaced JOIN happening_tags ON happening = id
UNION ALL SELECT 'source', source, -1 FROM (SELECT DISTINCT id, source FROM replaced JOIN citations ON happening = id)
UNION ALL SELECT 'review', coalesce(review, 'none'), -1 FROM replaced
UNION ALL SELECT 'mark', 'claimed', -1 FROM replaced WHERE attributed_to IS NOT NULL
UNION ALL SELECT 'mark', 'corrected', -1 FROM replaced WHERE version > 1
UNION ALL SELECT 'mark', 'single', -1 FROM replaced WHERE sources = 1
UNION ALL SELECT 'mark', 'disputed', -1 FROM replaced
WHERE EXISTS (SELECT 1 FROM citations WHERE happening = id AND stance = 'disputes')
ON CONFLICT DO UPDATE SET happenings = happenings + excluded.happenings;

INSERT INTO facets VALUES (?, ?, ?)
ON CONFLICT DO UPDATE SET happenings = happenings + excluded.happenings;

DELETE FROM facets WHERE happenings = 0 AND EXISTS (SELECT 1 FROM staged_replaced);
