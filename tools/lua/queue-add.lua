-- Adds jobs to a queue.
-- KEYS[1]    the ready jobs, by their place
-- KEYS[2]    the delayed jobs, by the time when they become ready
-- KEYS[3]    the taken jobs
-- KEYS[4]    the hash of the queue
-- KEYS[5]    how the keys of deduplication ids begin
-- ARGV[1]    the channel of waiters
-- ARGV[2]    the delay in milliseconds; 0 for none
-- ARGV[3]    the priority, 0 to 100
-- ARGV[4]    how often a job may be taken
-- ARGV[5]    the most jobs that are ready, delayed or taken; '' for any number
-- ARGV[6]    how long a deduplication id holds, in milliseconds
-- ARGV[7..]  for each job, at most 1000: its id, its payload, and its deduplication id or ''
-- Returns { the number of jobs added; { the id of each job, that of the first one for a duplicate } }. OVERLOADED when the
-- queue is full; then no job is added.

-- @include queue-job-text
-- @include queue-soon
-- @include server-ms

local ready = KEYS[1]
local delayed = KEYS[2]
local taken = KEYS[3]
local jobs = KEYS[4]
local dedup = KEYS[5]
local channel = ARGV[1]
local delay = tonumber(ARGV[2])
local priority = tonumber(ARGV[3])
local most = tonumber(ARGV[4])
local maxLength = tonumber(ARGV[5])
local dedupMs = ARGV[6]
local words = { unpack(ARGV, 7) }

-- Returns the id that a deduplication key holds. A job that was cancelled, purged or removed when dead holds it no longer.
local function holderOf(key)
  local id, done = string.match(redis.call('GET', key) or '', '^(%S+) ?(%a*)$')
  if id and (done == 'done' or redis.call('HEXISTS', jobs, id) == 1) then return id end
end

local ids, new, own = {}, {}, {}
for at = 1, #words, 3 do
  local id, dedupId = words[at], words[at + 2]
  local holder = dedupId ~= '' and (own[dedupId] or holderOf(dedup .. dedupId))
  ids[#ids + 1] = holder or id
  if not holder then
    new[#new + 1] = at
    own[dedupId] = dedupId ~= '' and id or nil
  end
end
if #new == 0 then return { 0, ids } end

if maxLength then
  local length = redis.call('ZCARD', ready) + redis.call('ZCARD', delayed) + redis.call('ZCARD', taken)
  if length + #new > maxLength then
    return redis.error_reply('OVERLOADED The queue is full: it has ' .. length .. ' jobs of at most ' .. maxLength)
  end
end

local now = serverMs()
local number = redis.call('HINCRBY', jobs, 'sequence', #new) - #new
local fields, scores = {}, {}
for index, at in ipairs(new) do
  local id, payload, dedupId = words[at], words[at + 1], words[at + 2]
  local place = priority * 2 ^ 45 + number + index
  local job = { place = place, attempt = 0, most = most, added = now, dedup = dedupId ~= '' and dedupId or nil }
  fields[4 * index - 3], fields[4 * index - 2] = id, jobText(job)
  fields[4 * index - 1], fields[4 * index] = id .. ':payload', payload
  scores[2 * index - 1], scores[2 * index] = delay == 0 and place or now + delay, id
  if dedupId ~= '' then redis.call('SET', dedup .. dedupId, id, 'PX', dedupMs) end
end
redis.call('HSET', jobs, unpack(fields))
redis.call('ZADD', delay == 0 and ready or delayed, unpack(scores))

if delay == 0 then
  redis.pcall('PUBLISH', channel, #new)
elseif isSoon(delay) then
  redis.pcall('PUBLISH', channel, 1)
end
return { #new, ids }
