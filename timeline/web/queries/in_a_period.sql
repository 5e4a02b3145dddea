-- What happened in a period
-- Everything that may have happened between two dates, vague dates included. A happening is listed if its date allows a day in the
-- period. One with an approximate date is also listed, marked as near, if one unit more would reach the period: about 1969 is near
-- 1970. Write a date as 1969, July 1969, 20 July 1969, 1969-07-20T20:17 or any EDTF. Leave one empty for no limit.
select date, edtf_words(date) as in_words,
  iif(
    -- Days are compared as numbers. Only dates that these do not decide are parsed.
    instr(:from || :to, 'T') = 0 and coalesce(latest_day, 9e15) >= period_first_day(:from)
    and coalesce(earliest_day, -9e15) <= period_last_day(:to),
    null,
    iif(period_match(date, :from, :to) = 'near', 'near', null)
  ) as near,
  title, attributed_to, place, kind, sources, id as happening
from happenings
where status = 'current'
  -- Anything but a date gives an error with an explanation.
  and json_extract('{}', period_fault(:from)) is null
  and json_extract('{}', period_fault(:to)) is null
  and coalesce(near_latest_day, 9e15) >= period_first_day(:from)
  and coalesce(near_earliest_day, -9e15) <= period_last_day(:to)
  and (
    instr(:from || :to, 'T') = 0 and coalesce(latest_day, 9e15) >= period_first_day(:from)
    and coalesce(earliest_day, -9e15) <= period_last_day(:to)
    or period_match(date, :from, :to) is not null
  )
order by coalesce(earliest_day, latest_day, 9e15), day_second, -coalesce(latest_day, -9e15), date, id
