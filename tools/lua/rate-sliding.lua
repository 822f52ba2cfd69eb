-- Counts a request in the sliding window that ends now, with a log of the allowed requests.
--
-- The score of an entry is its time in Unix microseconds. Its member is '<sum>:<cost>', where sum is the total of all
-- costs up to this entry. Both numbers are padded with zeros, so that entries of one microsecond keep their order. The
-- total cost of consecutive entries is the difference of two sums.
--
-- KEYS[1]  the log, a sorted set
-- ARGV[1]  the limit: the highest total cost in one window
-- ARGV[2]  the cost of this request, at most the limit
-- ARGV[3]  the length of the window in seconds
-- Returns { 1 when allowed, else 0; the cost used; the Unix second when nothing is used any more; milliseconds until
-- this cost is allowed }.

local log = KEYS[1]
local limit = tonumber(ARGV[1])
local cost = tonumber(ARGV[2])
local window = tonumber(ARGV[3]) * 1000000
local MOST = 9e15 -- sums below 2^53 are exact

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function whole(number)
  return string.format('%.0f', number)
end

local function member(sum, own)
  return string.format('%016.0f:%010.0f', sum, own)
end

-- Returns the entry at a rank: its sum, its own cost, and its time in microseconds.
local function entry(rank)
  local found = redis.call('ZRANGE', log, rank, rank, 'WITHSCORES')
  if not found[1] then return nil end
  local sum, own = string.match(found[1], '^(%d+):(%d+)$')
  return { sum = tonumber(sum), own = tonumber(own), at = tonumber(found[2]) }
end

local function keepUntil(microsecond)
  redis.call('PEXPIREAT', log, whole(math.ceil(microsecond / 1000) + 1))
end

-- The number of entries that are older than the window. They are removed last: after a removal, a server that is out of
-- memory would no longer refuse the writes of this script.
local expired = redis.call('ZCOUNT', log, '-inf', whole(now - window))
local count = redis.call('ZCARD', log)
local newest = count > expired and entry(-1) or nil

-- The clock was set back: entries with a later time get the current time.
if newest and newest.at > now then
  for _, late in ipairs(redis.call('ZRANGEBYSCORE', log, '(' .. whole(now), '+inf')) do
    redis.call('ZADD', log, whole(now), late)
  end
  newest.at = now
  keepUntil(now + window)
end

local oldest = newest and entry(expired)
local before = oldest and oldest.sum - oldest.own or 0 -- the sum of all costs before the window
local used = newest and newest.sum - before or 0

if used + cost > limit then
  -- Binary search: this cost is allowed as soon as the entry at the rank `low` has expired.
  local low, high = expired, count - 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if entry(middle).sum - before >= used + cost - limit then high = middle else low = middle + 1 end
  end
  local wait = entry(low).at + window - now
  return { 0, used, math.ceil((newest.at + window) / 1000000), math.ceil(wait / 1000) }
end

-- The sums of a log that was never empty can become too large. They are then reduced to start from 0.
if newest and newest.sum + cost > MOST then
  local entries = redis.call('ZRANGE', log, expired, -1, 'WITHSCORES')
  redis.call('DEL', log)
  for index = 1, #entries, 2 do
    local sum, own = string.match(entries[index], '^(%d+):(%d+)$')
    redis.call('ZADD', log, entries[index + 1], member(sum - before, tonumber(own)))
  end
  newest.sum = newest.sum - before
end

redis.call('ZADD', log, whole(now), member((newest and newest.sum or 0) + cost, cost))
if expired > 0 then redis.call('ZREMRANGEBYSCORE', log, '-inf', whole(now - window)) end
keepUntil(now + window)
return { 1, used + cost, math.ceil((now + window) / 1000000), 0 }
