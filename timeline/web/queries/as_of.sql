-- The timeline as of a position
-- The state of the log at a position: every happening in its latest version then, before any later correction or
-- retraction. Leave it empty for the present state.
select date, title, attributed_to, place, kind, sources, version, known_from, known_until, id as happening
from happening_versions
where status = 'current'
  -- A value that is not a position gives an error.
  and json_extract('{}', position_fault(:position)) is null
  and known_from <= case when trim(:position) = '' then 9e15 else cast(:position as integer) end
  and (known_until is null or known_until > case when trim(:position) = '' then 9e15 else cast(:position as integer) end)
order by coalesce(earliest_day, latest_day, 9e15), day_second, -coalesce(latest_day, -9e15), date, id
