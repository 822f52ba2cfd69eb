-- Counts a request in sliding windows that end now, with a log of the allowed requests for each window. The request is counted
-- in all windows or in none.
--
-- The score of an entry is its time in Unix microseconds. Its member is '<sum>:<cost>', where sum is the total of all
-- costs up to this entry. Both numbers are padded with zeros, so that entries of one microsecond keep their order. The
-- total cost of consecutive entries is the difference of two sums.
--
-- KEYS[1]    the index of the keys of the identifier
-- KEYS[2..]  the logs, sorted sets
-- ARGV[1]    the cost of this request, at most each limit; 0 counts nothing and answers for 1
-- ARGV[2..]  for each log: the limit, which is the highest total cost in one window, and the length of the window in seconds
-- Returns { 1 when the request was counted, else 0, and for each log: the cost used; the Unix second when nothing is used any
-- more; milliseconds until the cost is allowed, 0 when it is }.

-- @include rate-index

local index = KEYS[1]
local logs = { unpack(KEYS, 2) }
local cost = tonumber(ARGV[1])
local limits = { unpack(ARGV, 2) }
local MOST = 9e15 -- sums below 2^53 are exact

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function whole(number)
  return string.format('%.0f', number)
end

local function member(sum, own)
  return string.format('%016.0f:%010.0f', sum, own)
end

-- Returns the entry of a log at a rank: its sum, its own cost, and its time in microseconds.
local function entry(log, rank)
  local found = redis.call('ZRANGE', log, rank, rank, 'WITHSCORES')
  if not found[1] then return nil end
  local sum, own = string.match(found[1], '^(%d+):(%d+)$')
  local at = tonumber(found[2])
  -- The clock was set back: a later time counts as the present.
  return { sum = tonumber(sum), own = tonumber(own), at = math.min(at, now), late = at > now }
end

local function keepUntil(log, microsecond)
  redis.call('PEXPIREAT', log, whole(math.ceil(microsecond / 1000) + 1))
end

-- Returns what is used of a window, and when the cost is allowed.
local function look(log, limit, window)
  local newest = entry(log, -1)
  local oldest = newest and entry(log, 0)
  -- The number of entries that are older than the window. They are removed last: after a removal, a server that is out of
  -- memory would no longer refuse the writes of this script.
  local expired = 0
  if newest and newest.at <= now - window then
    expired, newest, oldest = redis.call('ZCARD', log), nil, nil
  elseif newest and oldest.at <= now - window then
    expired = redis.call('ZCOUNT', log, '-inf', whole(now - window))
    oldest = entry(log, expired)
  end
  local before = oldest and oldest.sum - oldest.own or 0 -- the sum of all costs before the window
  local used = newest and newest.sum - before or 0

  local wait = 0
  local surplus = used + math.max(cost, 1) - limit
  if surplus > 0 then
    -- Binary search: the cost is allowed as soon as the entry at the rank `low` has expired.
    local low, high = expired, redis.call('ZCARD', log) - 1
    while low < high do
      local middle = math.floor((low + high) / 2)
      if entry(log, middle).sum - before >= surplus then high = middle else low = middle + 1 end
    end
    wait = entry(log, low).at + window - now
  end
  return {
    log = log, window = window, expired = expired, before = before, used = used, wait = wait,
    late = newest and newest.late,
    sum = newest and newest.sum or 0,
    free = newest and newest.at + window or now,
  }
end

-- Gives the entries of a log that have a later time the present time.
local function correct(log, window)
  for _, late in ipairs(redis.call('ZRANGEBYSCORE', log, '(' .. whole(now), '+inf')) do
    redis.call('ZADD', log, whole(now), late)
  end
  keepUntil(log, now + window)
end

local function add(found)
  local log, sum = found.log, found.sum
  -- The sums of a log that was never empty can become too large. They are then reduced to start from 0.
  if sum + cost > MOST then
    local entries = redis.call('ZRANGE', log, found.expired, -1, 'WITHSCORES')
    redis.call('DEL', log)
    for at = 1, #entries, 2 do
      local old, own = string.match(entries[at], '^(%d+):(%d+)$')
      redis.call('ZADD', log, entries[at + 1], member(old - found.before, tonumber(own)))
    end
    sum = sum - found.before
  end
  redis.call('ZADD', log, whole(now), member(sum + cost, cost))
  keepUntil(log, now + found.window)
end

local windows = {}
local longest = 0
for position, log in ipairs(logs) do
  local found = look(log, tonumber(limits[2 * position - 1]), tonumber(limits[2 * position]) * 1000000)
  if found.late and cost > 0 then correct(log, found.window) end
  longest = math.max(longest, found.wait)
  windows[position] = found
end

local counted = longest == 0 and cost > 0
local reply = { counted and 1 or 0 }
for _, found in ipairs(windows) do
  if counted then
    add(found)
    found.used = found.used + cost
    found.free = now + found.window
  end
  reply[#reply + 1] = found.used
  reply[#reply + 1] = math.ceil(found.free / 1000000)
  reply[#reply + 1] = math.ceil(found.wait / 1000)
end
if counted then
  for _, found in ipairs(windows) do
    if found.expired > 0 then redis.call('ZREMRANGEBYSCORE', found.log, '-inf', whole(now - found.window)) end
    indexRate(index, found.log, math.floor(now / 1000), math.ceil(found.free / 1000) + 1)
  end
end
return reply
