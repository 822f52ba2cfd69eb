-- Removes the jobs of one state from a queue, or the whole queue.
-- KEYS[1]  the ready jobs
-- KEYS[2]  the delayed jobs
-- KEYS[3]  the taken jobs
-- KEYS[4]  the dead jobs
-- KEYS[5]  the hash of the queue
-- ARGV[1]  the state; '' for all
-- ARGV[2]  the most jobs to remove of one state
-- Returns { the number of jobs that were removed; how many of the state are left }.

-- @include queue-forget

local sets = { ready = KEYS[1], delayed = KEYS[2], taken = KEYS[3], dead = KEYS[4] }
local jobs = KEYS[5]
local state = ARGV[1]
local limit = tonumber(ARGV[2])

if state == '' then
  -- Each job has two fields, and one counts the jobs.
  local count = math.floor(redis.call('HLEN', jobs) / 2)
  redis.call('UNLINK', sets.ready, sets.delayed, sets.taken, sets.dead, jobs)
  return { count, 0 }
end

local CHUNK = 1000
local set = sets[state]
local removed = 0
while removed < limit do
  local ids = redis.call('ZRANGE', set, 0, math.min(CHUNK, limit - removed) - 1)
  if #ids == 0 then break end
  redis.call('ZREM', set, unpack(ids))
  forget(jobs, ids)
  removed = removed + #ids
end
return { removed, redis.call('ZCARD', set) }
