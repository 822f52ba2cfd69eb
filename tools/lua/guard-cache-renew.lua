-- Renews a flight, so that no other caller computes the answer meanwhile.
-- KEYS[1]  the entry
-- ARGV[1]  the token of the flight
-- ARGV[2]  how many milliseconds the flight lasts from now
-- Returns 1, or 0 when the flight has ended.

-- @include server-ms

local entry = KEYS[1]
local token = ARGV[1]
local flightMs = tonumber(ARGV[2])

local now = serverMs()
local found = redis.call('HMGET', entry, 'flight', 'flight_until')
if found[1] ~= token or tonumber(found[2]) <= now then return 0 end
redis.call('HSET', entry, 'flight_until', string.format('%.0f', now + flightMs))
if redis.call('PTTL', entry) < flightMs then redis.call('PEXPIRE', entry, flightMs) end
return 1
