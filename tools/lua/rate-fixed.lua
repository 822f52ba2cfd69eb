-- Counts a request in the current fixed window. Windows are aligned to the server's clock.
-- KEYS[1]  the index of the keys of the identifier
-- KEYS[2]  a hash: the start of its window in Unix seconds, and the count
-- ARGV[1]  the limit: the highest total cost in one window
-- ARGV[2]  the cost of this request, at most the limit; 0 counts nothing and answers for 1
-- ARGV[3]  the length of the window in seconds
-- Returns { 1 when the request was counted, else 0; the cost used; the end of the window in Unix seconds; milliseconds until
-- the cost is allowed, 0 when it is }.

-- @include rate-index

local index = KEYS[1]
local counter = KEYS[2]
local limit = tonumber(ARGV[1])
local cost = tonumber(ARGV[2])
local window = tonumber(ARGV[3])

local time = redis.call('TIME')
local second = tonumber(time[1])
local now = second * 1000 + math.floor(time[2] / 1000)
local start = second - second % window
local finish = start + window

local stored = redis.call('HMGET', counter, 'start', 'count')
-- The count of any other window does not apply. It may be of a later window when the clock was set back.
local fresh = tonumber(stored[1]) ~= start
local used = fresh and 0 or tonumber(stored[2])
if used + math.max(cost, 1) > limit then return { 0, used, finish, finish * 1000 - now } end
if cost == 0 then return { 0, used, finish, 0 } end

if fresh then
  redis.call('HSET', counter, 'start', start, 'count', cost)
  redis.call('EXPIREAT', counter, finish)
else
  redis.call('HINCRBY', counter, 'count', cost)
end
indexRate(index, counter, now, finish * 1000)
return { 1, used + cost, finish, 0 }
