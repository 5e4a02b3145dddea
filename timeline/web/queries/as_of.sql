-- The timeline as of a position
-- What was known when the log had reached a position: every happening in its latest version then, without later
-- corrections and retractions. Leave it empty for what is known now.
select date, title, attributed_to, place, kind, sources, version, known_from, known_until, id as happening
from happening_versions
where status = 'current'
  -- Anything but a position gives an error with an explanation.
  and json_extract('{}', position_fault(:position)) is null
  and known_from <= case when trim(:position) = '' then 9e15 else cast(:position as integer) end
  and (known_until is null or known_until > case when trim(:position) = '' then 9e15 else cast(:position as integer) end)
order by coalesce(earliest_day, latest_day, 9e15), day_second, -coalesce(latest_day, -9e15), date, id
