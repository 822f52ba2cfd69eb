-- Reads the metadata of jobs of a queue: a table with
--   place    priority × 2^45 + the number in the order of adding; the place among the ready jobs
--   attempt  how often the job was taken
--   most     how often it may be taken
--   added    when it was added, in Unix milliseconds
--   token    the token of the last take; absent when no receipt is valid
--   dedup    the deduplication id; absent for none
--   error    how the last attempt failed; absent when none did
-- jobs  the hash of the queue
-- ids   the ids of the jobs, not empty
-- Returns an array with the table of each job, false for a job that does not exist.
local function jobsOf(jobs, ids)
  local fields = {}
  for index, id in ipairs(ids) do
    -- Other fields of the hash are not metadata of jobs.
    fields[index] = string.find(id, '^[%x-]+$') and id or ''
  end
  local found = redis.call('HMGET', jobs, unpack(fields))
  for index, packed in ipairs(found) do
    found[index] = packed and cmsgpack.unpack(packed)
  end
  return found
end
