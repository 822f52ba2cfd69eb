-- Counts a request against the present window of the server's clock.
-- KEYS[1]  a hash: the start of the window it counts, and the count
-- ARGV[1]  how much one window allows
-- ARGV[2]  how much this request counts, at most the limit
-- ARGV[3]  the length of the window in seconds
-- Returns { 1 when allowed, else 0; used; Unix second of the window's end; milliseconds until then }.

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
-- A count of another window is void, also of a later one: the clock may have been set back.
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
