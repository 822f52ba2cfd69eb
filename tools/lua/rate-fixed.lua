-- Counts a request in the current fixed window. Windows are aligned to the server's clock.
-- KEYS[1]  a hash: the start of its window in Unix seconds, and the count
-- ARGV[1]  the limit: the highest total cost in one window
-- ARGV[2]  the cost of this request, at most the limit
-- ARGV[3]  the length of the window in seconds
-- Returns { 1 when allowed, else 0; the cost used; the end of the window in Unix seconds; milliseconds until then }.

local counter = KEYS[1]
local limit = tonumber(ARGV[1])
local cost = tonumber(ARGV[2])
local window = tonumber(ARGV[3])

local time = redis.call('TIME')
local second = tonumber(time[1])
local start = second - second % window
local finish = start + window
local left = finish * 1000 - (second * 1000 + math.floor(time[2] / 1000))

local stored = redis.call('HMGET', counter, 'start', 'count')
-- The count of any other window does not apply. It may be of a later window when the clock was set back.
local fresh = tonumber(stored[1]) ~= start
local used = fresh and 0 or tonumber(stored[2])
if used + cost > limit then return { 0, used, finish, left } end

if fresh then
  redis.call('HSET', counter, 'start', start, 'count', cost)
  redis.call('EXPIREAT', counter, finish)
else
  redis.call('HINCRBY', counter, 'count', cost)
end
return { 1, used + cost, finish, left }
