-- What is said about something
-- Happenings whose title, summary, place, people or quotations have all of these words, with or without their accents, the
-- closest first. The last word may be the beginning of a longer one.
select happenings.date, happenings.title,
  words_passage(
    :words, happenings_fts.title, happenings_fts.summary, happenings_fts.quotations, happenings_fts.people, happenings_fts.place
  ) as passage,
  happenings.id as happening
from happenings_fts
join happenings on happenings.position = happenings_fts.rowid
where happenings.status = 'current'
  and happenings_fts match words_match(:words)
order by bm25(happenings_fts)
