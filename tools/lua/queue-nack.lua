-- Gives jobs back to a queue, or makes them dead when they were taken as often as they may be.
-- KEYS[1]    the ready jobs, by their place
-- KEYS[2]    the delayed jobs, by the time when they become ready
-- KEYS[3]    the taken jobs
-- KEYS[4]    the dead jobs, by the time of their death
-- KEYS[5]    the hash of the queue
-- ARGV[1]    the channel of waiters
-- ARGV[2]    the delay in milliseconds; '' doubles it with each attempt, from a second to an hour
-- ARGV[3]    the error of this attempt; '' for none
-- ARGV[4..]  receipts, distinct, at most 1000
-- Returns { the number of jobs; how many of them will be taken again; how many are dead; { the receipts that are not valid } }.

-- @include queue-bury
-- @include queue-held
-- @include queue-job-text
-- @include queue-soon
-- @include server-ms

local FIRST_MS = 1000
local LONGEST_MS = 3600 * 1000

local ready = KEYS[1]
local delayed = KEYS[2]
local taken = KEYS[3]
local dead = KEYS[4]
local jobs = KEYS[5]
local channel = ARGV[1]
local delay = tonumber(ARGV[2])
local failure = ARGV[3]

local ids, held, stale = heldBy(jobs, { unpack(ARGV, 4) })
if #ids == 0 then return { 0, 0, 0, stale } end

local now = serverMs()
if redis.call('ZREM', taken, unpack(ids)) < #ids then redis.call('ZREM', ready, unpack(ids)) end
local places, times, fields, deadIds, buried, wakes = {}, {}, {}, {}, {}, 0
for index, job in ipairs(held) do
  local id = ids[index]
  local wait = delay or math.min(FIRST_MS * 2 ^ (job.attempt - 1), LONGEST_MS)
  if failure ~= '' then job.error = failure end
  job.token = nil
  if job.attempt >= job.most then
    deadIds[#deadIds + 1] = id
    buried[#buried + 1] = job
  else
    fields[#fields + 1], fields[#fields + 2] = id, jobText(job)
    if wait == 0 then
      places[#places + 1], places[#places + 2] = job.place, id
      wakes = wakes + 1
    else
      times[#times + 1], times[#times + 2] = now + wait, id
      if isSoon(wait) then wakes = math.max(wakes, 1) end
    end
  end
end
if #fields > 0 then redis.call('HSET', jobs, unpack(fields)) end
if #places > 0 then redis.call('ZADD', ready, unpack(places)) end
if #times > 0 then redis.call('ZADD', delayed, unpack(times)) end
bury(dead, jobs, now, deadIds, buried)
if wakes > 0 then redis.pcall('PUBLISH', channel, wakes) end
return { #ids, #ids - #deadIds, #deadIds, stale }
