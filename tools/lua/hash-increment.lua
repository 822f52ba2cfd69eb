-- Adds to an integer in a field of a hash. An absent field counts as 0.
-- KEYS[1]  the hash
-- ARGV[1]  the field
-- ARGV[2]  the number to add, an integer within ±2^53
-- Returns the new value as text. WRONGTYPE when the field is not an integer or the key holds another type, CONFLICT when
-- the sum leaves the range.

-- @include exact-sum

local hash = KEYS[1]
local field = ARGV[1]
local by = tonumber(ARGV[2])

local text = redis.pcall('HGET', hash, field)
if type(text) == 'table' then return text end
local sum, _, failure = exactSum(text, by, 'field')
if not sum then return failure end

redis.call('HINCRBY', hash, field, string.format('%.0f', by))
-- The result is text, because node-redis rounds integer replies near 2^53.
return string.format('%.0f', sum)
