-- Removes a job from a queue, whatever its state is.
-- KEYS[1]  the ready jobs
-- KEYS[2]  the delayed jobs
-- KEYS[3]  the taken jobs
-- KEYS[4]  the dead jobs
-- KEYS[5]  the hash of the queue
-- ARGV[1]  the id of the job
-- Returns the state that it had; nil when there is no such job.

-- @include queue-forget
-- @include queue-jobs

local sets = { { 'ready', KEYS[1] }, { 'delayed', KEYS[2] }, { 'taken', KEYS[3] }, { 'dead', KEYS[4] } }
local jobs = KEYS[5]
local id = ARGV[1]

if not jobsOf(jobs, { id })[1] then return nil end
for _, set in ipairs(sets) do
  if redis.call('ZREM', set[2], id) == 1 then
    forget(jobs, { id })
    return set[1]
  end
end
return nil
