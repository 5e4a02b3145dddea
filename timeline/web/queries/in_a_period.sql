-- What happened in a period
-- Everything that may have happened between two dates, vague dates included: a happening is listed if any of the days
-- its date allows falls in the period. Write a date as 1969, 1969-07, 1969-07-20 or any other EDTF; leave one empty for no limit.
select date, edtf_words(date) as in_words, title, place, kind, attributed_to, sources, id as happening
from happenings
where status = 'current'
  and (trim(:from) = '' or (
    edtf_valid(trim(:from)) and coalesce(latest_day, 9e15) >= coalesce(edtf_earliest_day(trim(:from)), -9e15)
  ))
  and (trim(:to) = '' or (
    edtf_valid(trim(:to)) and coalesce(earliest_day, -9e15) <= coalesce(edtf_latest_day(trim(:to)), 9e15)
  ))
order by coalesce(earliest_day, latest_day, 9e15), -coalesce(latest_day, -9e15), date, id
