-- Renews a flight, so that callers without an answer wait for it.
-- KEYS[1]  the entry
-- ARGV[1]  the token of the flight
-- ARGV[2]  how many milliseconds the flight lasts from now
-- Returns 1, or 0 when the flight may store no answer.

-- @include server-ms
-- @include cache-flight

local entry = KEYS[1]
local token = ARGV[1]
local flightMs = tonumber(ARGV[2])

local now = serverMs()
local field = fieldOfFlight(entry, token, now)
if not field then return 0 end
redis.call('HSET', entry, field .. '_until', string.format('%.0f', now + flightMs))
if redis.call('PTTL', entry) < flightMs then redis.call('PEXPIRE', entry, flightMs) end
return 1
