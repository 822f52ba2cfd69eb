-- Reads the metadata of jobs of a queue.
-- jobs  the hash of the queue
-- ids   the ids of the jobs, not empty
-- Returns an array with the table of each job, false for a job that does not exist.

-- @include queue-parse-job

local function jobsOf(jobs, ids)
  local fields = {}
  for index, id in ipairs(ids) do
    -- Other fields of the hash are not metadata of jobs.
    fields[index] = string.find(id, '^[%x-]+$') and id or ''
  end
  local found = redis.call('HMGET', jobs, unpack(fields))
  for index, text in ipairs(found) do
    found[index] = text and parseJob(text)
  end
  return found
end
