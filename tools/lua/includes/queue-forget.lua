-- Removes jobs from the hash of a queue. With the last job, the hash is removed.
-- jobs  the hash of the queue
-- ids   the ids of the jobs: 1 to 1000
local function forget(jobs, ids)
  local fields = {}
  for _, id in ipairs(ids) do
    fields[#fields + 1] = id
    fields[#fields + 1] = id .. ':payload'
  end
  redis.call('HDEL', jobs, unpack(fields))
  -- The field that is left counts the jobs. Without jobs it may begin again.
  if redis.call('HLEN', jobs) == 1 then redis.call('DEL', jobs) end
end
