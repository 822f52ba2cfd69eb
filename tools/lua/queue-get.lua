-- Reads a job of a queue.
-- KEYS[1]  the ready jobs, by their place
-- KEYS[2]  the delayed jobs, by the time when they become ready
-- KEYS[3]  the taken jobs, by the end of their visibility
-- KEYS[4]  the dead jobs, by the time of their death
-- KEYS[5]  the hash of the queue
-- ARGV[1]  the id of the job
-- Returns { the state; { id, payload, score, place, attempt, most attempts, when it was added, the last error or '' } }; nil
-- when there is no such job.

-- @include queue-describe
-- @include queue-jobs

local sets = { { 'ready', KEYS[1] }, { 'delayed', KEYS[2] }, { 'taken', KEYS[3] }, { 'dead', KEYS[4] } }
local jobs = KEYS[5]
local id = ARGV[1]

local job = jobsOf(jobs, { id })[1]
if not job then return nil end
for _, set in ipairs(sets) do
  local score = redis.call('ZSCORE', set[2], id)
  if score then return { set[1], describe(id, redis.call('HGET', jobs, id .. ':payload'), score, job) } end
end
return nil
