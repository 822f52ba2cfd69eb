-- Counts a request against the window that ends now, from a log of the allowed requests.
--
-- An entry's score is its microsecond; its member is '<all costs so far and its own>:<its own cost>', padded with zeros,
-- so that entries sort by age, differ even within a microsecond, and the sum of any run of them is a difference of two.
--
-- KEYS[1]  the log, a sorted set
-- ARGV[1]  how much one window allows
-- ARGV[2]  how much this request counts, at most the limit
-- ARGV[3]  the length of the window in seconds
-- Returns { 1 when allowed, else 0; used; Unix second when all is free again; milliseconds until this cost fits }.

local log = KEYS[1]
local limit = tonumber(ARGV[1])
local cost = tonumber(ARGV[2])
local window = tonumber(ARGV[3]) * 1000000
local MOST = 9e15 -- sums stay exact below 2^53

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function whole(number)
  return string.format('%.0f', number)
end

local function member(sum, own)
  return string.format('%016.0f:%010.0f', sum, own)
end

-- The entry at a rank: costs up to and with it, its own cost, its microsecond.
local function entry(rank)
  local found = redis.call('ZRANGE', log, rank, rank, 'WITHSCORES')
  if not found[1] then return nil end
  local sum, own = string.match(found[1], '^(%d+):(%d+)$')
  return { sum = tonumber(sum), own = tonumber(own), at = tonumber(found[2]) }
end

local function keepUntil(microsecond)
  redis.call('PEXPIREAT', log, whole(math.ceil(microsecond / 1000) + 1))
end

-- Entries that have left the window; they are removed last, since a script that has removed something may go on writing
-- to a server that is out of memory.
local gone = redis.call('ZCOUNT', log, '-inf', whole(now - window))
local count = redis.call('ZCARD', log)
local newest = count > gone and entry(-1) or nil

-- The clock was set back: what it says was done later was done just now at the latest.
if newest and newest.at > now then
  for _, late in ipairs(redis.call('ZRANGEBYSCORE', log, '(' .. whole(now), '+inf')) do
    redis.call('ZADD', log, whole(now), late)
  end
  newest.at = now
  keepUntil(now + window)
end

local oldest = newest and entry(gone)
local before = oldest and oldest.sum - oldest.own or 0 -- costs that have left the window
local used = newest and newest.sum - before or 0

if used + cost > limit then
  -- The first entry with whose going this cost fits.
  local low, high = gone, count - 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if entry(middle).sum - before >= used + cost - limit then high = middle else low = middle + 1 end
  end
  local wait = entry(low).at + window - now
  return { 0, used, math.ceil((newest.at + window) / 1000000), math.ceil(wait / 1000) }
end

-- A log that never ran empty for ages: count from 0 again.
if newest and newest.sum + cost > MOST then
  local entries = redis.call('ZRANGE', log, gone, -1, 'WITHSCORES')
  redis.call('DEL', log)
  for index = 1, #entries, 2 do
    local sum, own = string.match(entries[index], '^(%d+):(%d+)$')
    redis.call('ZADD', log, entries[index + 1], member(sum - before, tonumber(own)))
  end
  newest.sum = newest.sum - before
end

redis.call('ZADD', log, whole(now), member((newest and newest.sum or 0) + cost, cost))
if gone > 0 then redis.call('ZREMRANGEBYSCORE', log, '-inf', whole(now - window)) end
keepUntil(now + window)
return { 1, used + cost, math.ceil((now + window) / 1000000), 0 }
