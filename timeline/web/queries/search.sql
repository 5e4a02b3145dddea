-- What is said about something
-- Happenings whose title, summary, place, people or quotations have all of these words, with or without their accents: the
-- thousand closest, the closest first. The last word may be the beginning of a longer one.
select happenings.date, happenings.title, happenings.attributed_to,
  words_passage(
    :words, happenings_fts.title, happenings_fts.summary, happenings_fts.quotations, happenings_fts.people, happenings_fts.place
  ) as passage,
  happenings.id as happening
from (
  -- These rows are chosen first, because reading the words of all matches could take too long.
  select happenings.position, bm25(happenings_fts) as distance
  from happenings_fts
  join happenings on happenings.position = happenings_fts.rowid
  where happenings.status = 'current'
    and happenings_fts match words_match(:words)
  order by distance limit 1001
) as closest
join happenings on happenings.position = closest.position
join happenings_fts on happenings_fts.rowid = closest.position
order by closest.distance
