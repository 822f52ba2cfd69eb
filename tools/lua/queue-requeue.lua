-- Makes dead jobs of a queue ready at their place, with no attempts counted.
-- KEYS[1]    the ready jobs, by their place
-- KEYS[2]    the dead jobs, by the time of their death
-- KEYS[3]    the hash of the queue
-- ARGV[1]    the channel of waiters
-- ARGV[2]    the most jobs to move when no ids follow: those that died first
-- ARGV[3..]  the ids of jobs, at most 1000
-- Returns the number of jobs.

-- @include queue-jobs
-- @include queue-job-text

local ready = KEYS[1]
local dead = KEYS[2]
local jobs = KEYS[3]
local channel = ARGV[1]
local limit = ARGV[2]

local ids = { unpack(ARGV, 3) }
if #ids == 0 then ids = redis.call('ZRANGE', dead, 0, limit - 1) end
if #ids == 0 then return 0 end

local scores, fields = {}, {}
for index, job in ipairs(jobsOf(jobs, ids)) do
  local id = ids[index]
  if job and redis.call('ZREM', dead, id) == 1 then
    job.attempt = 0
    scores[#scores + 1], scores[#scores + 2] = job.place, id
    fields[#fields + 1], fields[#fields + 2] = id, jobText(job)
  end
end
local moved = #scores / 2
if moved == 0 then return 0 end
redis.call('HSET', jobs, unpack(fields))
redis.call('ZADD', ready, unpack(scores))
redis.pcall('PUBLISH', channel, moved)
return moved
