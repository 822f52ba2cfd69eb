-- Adds to an integer within ±2^53, the range that every JSON parser keeps exactly. An absent key counts as 0.
-- KEYS[1]  the counter
-- ARGV[1]  the number to add, an integer within ±2^53
-- ARGV[2]  seconds to live; '' leaves the time to live unchanged, 'never' removes it
-- Returns the new value as text. WRONGTYPE when the value is not an integer, CONFLICT when the sum leaves the range.

-- @include exact-sum
-- @include set-ttl

local counter = KEYS[1]
local by = tonumber(ARGV[1])
local ttl = ARGV[2]

local text = redis.pcall('GET', counter)
if type(text) == 'table' then return text end
local sum, _, failure = exactSum(text, by, 'value')
if not sum then return failure end

redis.call('INCRBY', counter, string.format('%.0f', by))
setTtl(counter, ttl)
-- The result is text, because node-redis rounds integer replies near 2^53.
return string.format('%.0f', sum)
