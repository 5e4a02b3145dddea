-- reviews: each person's verdicts on versions of happenings. A redacted review is not among them.
-- by_second_person: whether the reviewer's name differs from that of the version's author, and neither is missing; only such
-- reviews count. known_until is the position of the same person's next verdict on that version: as of position P, a verdict counts
-- if position <= P AND (known_until IS NULL OR known_until > P).
-- happenings.review follows from it: of the version that stands, doubted if anybody who counts doubts it, else confirmed.

CREATE TABLE reviews (
    position         INTEGER PRIMARY KEY REFERENCES events(position),
    happening        TEXT NOT NULL REFERENCES happenings(id),
    version          INTEGER NOT NULL,
    verdict          TEXT NOT NULL,
    comment          TEXT,
    reviewed_by      TEXT NOT NULL,
    recorded_at      TEXT NOT NULL,
    by_second_person INTEGER NOT NULL,
    known_until      INTEGER
) STRICT;

CREATE INDEX reviews_happening ON reviews (happening, version);

INSERT INTO reviews
SELECT
    reviewing.position, happening, json_extract(reviewing.data, '$.version'), json_extract(reviewing.data, '$.verdict'),
    json_extract(reviewing.data, '$.comment'), reviewing.recorded_by, reviewing.recorded_at,
    are_two(reviewing.recorded_by, reviewed.recorded_by), NULL
FROM staged_reviews
JOIN events AS reviewing ON reviewing.position = staged_reviews.position
JOIN events AS reviewed ON reviewed.stream = reviewing.stream AND reviewed.version = json_extract(reviewing.data, '$.version')
WHERE reviewing.data IS NOT NULL
ORDER BY reviewing.position;

-- Nobody knows of which version a redacted review was: it ends all earlier ones of that person.
-- Each min() is one step in the key of staged_reviews, however many reviews there are.
UPDATE reviews SET known_until = (
    SELECT min(position) FROM (
        SELECT min(position) AS position FROM staged_reviews
        WHERE happening = reviews.happening AND reviewer = same_name(reviews.reviewed_by)
          AND version = reviews.version AND position > reviews.position
        UNION ALL
        SELECT min(position) FROM staged_reviews
        WHERE happening = reviews.happening AND reviewer = same_name(reviews.reviewed_by)
          AND version = 0 AND position > reviews.position
    )
)
WHERE known_until IS NULL AND happening IN (SELECT happening FROM staged_reviews);

-- facets counts happenings by their review: those that changed are subtracted, then added again.
INSERT INTO facets
SELECT 'review', coalesce(review, 'none'), -count(*) FROM happenings
WHERE id IN (SELECT happening FROM staged_reviews) AND status = 'current'
GROUP BY 2
ON CONFLICT DO UPDATE SET happenings = happenings + excluded.happenings;

-- The greater of the two verdicts is the doubt.
UPDATE happenings SET review = (
    SELECT max(verdict) FROM reviews
    WHERE happening = happenings.id AND version = happenings.version AND by_second_person AND known_until IS NULL
)
WHERE id IN (SELECT happening FROM staged_reviews);

INSERT INTO facets
SELECT 'review', coalesce(review, 'none'), count(*) FROM happenings
WHERE id IN (SELECT happening FROM staged_reviews) AND status = 'current'
GROUP BY 2
ON CONFLICT DO UPDATE SET happenings = happenings + excluded.happenings;

DELETE FROM facets WHERE happenings = 0 AND EXISTS (SELECT 1 FROM staged_reviews);
