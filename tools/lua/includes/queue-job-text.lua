-- Returns the text of a job's metadata, which parseJob reads: place, attempt, most, added, token or '-', the length of the
-- deduplication id, ':', the deduplication id, the error.
local function jobText(job)
  local dedup = job.dedup or ''
  local numbers = string.format('%.0f %d %d %.0f', job.place, job.attempt, job.most, job.added)
  return numbers .. ' ' .. (job.token or '-') .. ' ' .. #dedup .. ':' .. dedup .. (job.error or '')
end
