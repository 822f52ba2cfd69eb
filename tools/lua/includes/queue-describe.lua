-- Returns what queue_get and queue_peek say about a job: { id, payload, score, place, attempt, most, added, error or '' }.
-- id, payload, score, job  the id, the payload, the score in the set of the job's state, and the metadata
local function describe(id, payload, score, job)
  local place = string.format('%.0f', job.place)
  return { id, payload, score, place, job.attempt, job.most, job.added, job.error or '' }
end
