-- Adds to an integer within ±2^53, the range that every JSON parser keeps exactly. An absent key counts as 0.
-- KEYS[1]  the counter
-- ARGV[1]  the number to add, an integer within ±2^53
-- ARGV[2]  seconds to live; '' leaves the time to live unchanged, 'never' removes it
-- Returns the new value as text. WRONGTYPE when the value is not an integer, CONFLICT when the sum leaves the range.

-- @include set-ttl

local counter = KEYS[1]
local by = tonumber(ARGV[1])
local ttl = ARGV[2]
local MOST = 9007199254740992
local MOST_DIGITS = '9007199254740992'

local text = redis.pcall('GET', counter)
if type(text) == 'table' then return text end
local digits = string.match(text or '0', '^-?([1-9]%d*)$')
if not digits and text and text ~= '0' then
  return redis.error_reply('WRONGTYPE The value is not an integer')
end

-- The digits are compared as text, because 2^53 + 1 and 2^53 are the same number in Lua.
local outside = digits and (#digits > #MOST_DIGITS or (#digits == #MOST_DIGITS and digits > MOST_DIGITS))
local value = tonumber(text or '0')
-- The range is checked before adding: these differences are exact, but the sum could be rounded into the range.
if outside or (by > 0 and value > MOST - by) or (by < 0 and value < -MOST - by) then
  return redis.error_reply('CONFLICT The sum is outside -9007199254740992 to 9007199254740992')
end

local sum = redis.call('INCRBY', counter, string.format('%.0f', by))
setTtl(counter, ttl)
-- The result is text, because node-redis rounds integer replies near 2^53.
return string.format('%.0f', sum)
