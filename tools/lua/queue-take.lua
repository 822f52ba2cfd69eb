-- Takes the first ready jobs of a queue. Before that, it moves at most 100 jobs whose time has come.
-- KEYS[1]  the ready jobs, by their place
-- KEYS[2]  the delayed jobs, by the time when they become ready
-- KEYS[3]  the taken jobs, by the end of their visibility
-- KEYS[4]  the dead jobs, by the time of their death
-- KEYS[5]  the hash of the queue
-- ARGV[1]  the channel of waiters
-- ARGV[2]  the most jobs to take
-- ARGV[3]  the visibility in milliseconds
-- ARGV[4]  the token of this take
-- Returns { the number of jobs; milliseconds until the next job is due, -1 for none; 1 when more jobs are ready, else 0; then
-- each job: { id, payload, attempt, receipt, when it was added, the end of its visibility, the last error or '' } }; the end of
-- the visibility; true when the jobs are those of a kept reply. TOOLARGE when the first job is too large to be kept.

-- @include queue-jobs
-- @include queue-kept-ms
-- @include queue-job-text
-- @include queue-reap
-- @include queue-receipt
-- @include queue-soon
-- @include queue-parse-job
-- @include server-ms

local kept, limit = ARGV.kept, ARGV.limit
local ready = KEYS[1]
local delayed = KEYS[2]
local taken = KEYS[3]
local dead = KEYS[4]
local jobs = KEYS[5]
local channel = ARGV[1]
local count = tonumber(ARGV[2])
local visibility = tonumber(ARGV[3])
local token = ARGV[4]

-- Without the hash, the queue is empty, or an import has not brought the hash yet. Then its sets must stay as they are.
if redis.call('EXISTS', jobs) == 0 then return { 0, -1, 0 } end

local now = serverMs()

-- Returns when the first job of a set is due.
local function dueOf(set)
  return tonumber(redis.call('ZRANGE', set, 0, 0, 'WITHSCORES')[2]) or math.huge
end

-- Returns the jobs of an earlier reply that are still held by it, and the latest end of their visibilities.
local function stillHeld(reply)
  local held, latest = {}, 0
  for index = 4, #reply do
    local job = reply[index]
    local ends = tonumber(redis.call('ZSCORE', taken, job[1]) or 0)
    local stored = ends > now and jobsOf(jobs, { job[1] })[1]
    if stored and stored.token and receiptOf(job[1], stored) == job[4] then
      job[6] = ends
      held[#held + 1] = job
      latest = math.max(latest, ends)
    end
  end
  return held, latest
end

if kept then
  local held, latest = stillHeld(kept)
  if #held > 0 then return { #held, -1, 0, unpack(held) }, latest, true end
end

local due = math.min(dueOf(delayed), dueOf(taken))
if due <= now or dueOf(dead) <= now - keptMs() then
  reap(ready, delayed, taken, dead, jobs, now)
  due = math.min(dueOf(delayed), dueOf(taken))
end

local ids = redis.call('ZRANGE', ready, 0, count)
local more = #ids > count and 1 or 0
if more == 1 then ids[#ids] = nil end
local reply = { 0, due == math.huge and -1 or math.max(due - now, 0), more }
if #ids == 0 then return reply end

local names = {}
for index, id in ipairs(ids) do
  names[2 * index - 1], names[2 * index] = id, id .. ':payload'
end
local stored = redis.call('HMGET', jobs, unpack(names))

local ends = now + visibility
local removed, fields, scores, size = {}, {}, {}, 0
for index, id in ipairs(ids) do
  local packed, payload = stored[2 * index - 1], stored[2 * index]
  size = size + (payload and #payload + #packed + 200 or 0)
  if limit and size > limit then
    if #scores == 0 then return redis.error_reply('TOOLARGE The next job is too large for a call with an idempotency key') end
    reply[3] = 1
    break
  end
  removed[#removed + 1] = id
  -- An id without a job is left by a program that changed the keys of the queue.
  if packed and payload then
    local job = parseJob(packed)
    job.attempt = job.attempt + 1
    job.token = token
    fields[#fields + 1], fields[#fields + 2] = id, jobText(job)
    scores[#scores + 1], scores[#scores + 2] = ends, id
    reply[#reply + 1] = { id, payload, job.attempt, receiptOf(id, job), job.added, ends, job.error or '' }
  end
end
reply[1] = #reply - 3

-- The removal comes first, so that jobs can be taken on a server that is out of memory.
redis.call('ZREM', ready, unpack(removed))
if reply[1] == 0 then return reply end
redis.call('HSET', jobs, unpack(fields))
redis.call('ZADD', taken, unpack(scores))
reply[2] = math.min(due - now, visibility)
-- Waiters of other processes do not know this visibility.
if isSoon(visibility) then redis.pcall('PUBLISH', channel, 1) end
return reply, ends
