-- Counts the jobs of a queue.
-- KEYS[1]  the ready jobs, by their place
-- KEYS[2]  the delayed jobs, by the time when they become ready
-- KEYS[3]  the taken jobs, by the end of their visibility
-- KEYS[4]  the dead jobs
-- KEYS[5]  the hash of the queue
-- Returns { ready; delayed; taken; dead; how many delayed and taken ones are due; milliseconds since the oldest ready one was
-- added, -1 when none is ready }.

-- @include queue-jobs
-- @include server-ms

local ready = KEYS[1]
local delayed = KEYS[2]
local taken = KEYS[3]
local dead = KEYS[4]
local jobs = KEYS[5]

local PRIORITY = 2 ^ 45 -- the places of one priority
local now = serverMs()

-- The first job of each priority is its oldest.
local oldest
local from = 0
while true do
  local first = redis.call('ZRANGEBYSCORE', ready, from, '+inf', 'WITHSCORES', 'LIMIT', 0, 1)
  if not first[1] then break end
  local job = jobsOf(jobs, { first[1] })[1]
  if job then oldest = math.min(oldest or job.added, job.added) end
  from = (math.floor(first[2] / PRIORITY) + 1) * PRIORITY
end

return {
  redis.call('ZCARD', ready),
  redis.call('ZCARD', delayed),
  redis.call('ZCARD', taken),
  redis.call('ZCARD', dead),
  redis.call('ZCOUNT', delayed, '-inf', now) + redis.call('ZCOUNT', taken, '-inf', now),
  oldest and math.max(now - oldest, 0) or -1,
}
