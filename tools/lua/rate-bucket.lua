-- Takes tokens from a bucket that is refilled at a constant rate.
--
-- The bucket is a text '<time>:<lacking>:<rate>': what it lacks at a time in Unix microseconds, in millionths of a token, and
-- the rate since then, in millionths per second. It expires when it is full.
--
-- KEYS[1]  the index of the keys of the identifier
-- KEYS[2]  the bucket
-- ARGV[1]  the capacity in tokens
-- ARGV[2]  the tokens to take, at most the capacity; 0 takes none and answers for 1
-- ARGV[3]  the millionths of a token that are refilled in a second
-- Returns { 1 when tokens were taken, else 0; the tokens that are lacking, rounded up; the Unix second when the bucket is
-- full; milliseconds until the cost is allowed, 0 when it is }.

-- @include rate-index
-- @include token-bucket

local index = KEYS[1]
local key = KEYS[2]
local capacity = tonumber(ARGV[1])
local cost = tonumber(ARGV[2])
local rate = tonumber(ARGV[3])

local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local oldAt, oldLacking, oldRate = string.match(redis.call('GET', key) or '', '^(%d+):(%d+):(%d+)$')
oldAt, oldRate = tonumber(oldAt), tonumber(oldRate)
local wait, used, at, lacking =
  tokenBucket(oldAt, tonumber(oldLacking), oldRate, now, rate, capacity, math.max(cost, 1))

local taken = wait == 0 and cost > 0
if taken then
  lacking = lacking + cost * 1000000
  used = used + cost
end
local full = at + math.ceil(lacking / rate * 1000000)
-- When nothing is taken, the bucket stays as it is, unless the clock was set back or the rate was changed.
if taken or (cost > 0 and oldAt and (oldAt > now or oldRate ~= rate)) then
  local expiry = math.ceil(full / 1000) + 1
  redis.call('SET', key, string.format('%.0f:%.0f:%.0f', at, lacking, rate), 'PXAT', string.format('%.0f', expiry))
  indexRate(index, key, math.floor(now / 1000), expiry)
end
return { taken and 1 or 0, used, math.ceil(full / 1000000), math.ceil(wait / 1000) }
