-- What is said about something
-- Happenings whose title, summary, place, people or quotations have all of these words, with or without their accents, the
-- closest first. The last word may be the beginning of a longer one.
select happenings.date, happenings.title,
  -- To choose a passage takes the square of the time in a long text, and nothing can interrupt it.
  case
    when length(happenings_fts.title) + coalesce(length(happenings_fts.summary), 0) + coalesce(length(happenings_fts.people), 0)
      + coalesce(length(happenings_fts.quotations), 0) + coalesce(length(happenings_fts.folded), 0) <= 10000
    then snippet(happenings_fts, -1, '[', ']', ' … ', 24)
    else substr(happenings.title, 1, 200)
  end as passage,
  happenings.id as happening
from happenings_fts
join happenings on happenings.position = happenings_fts.rowid
where happenings.status = 'current'
  and happenings_fts match words_match(:words)
order by rank
