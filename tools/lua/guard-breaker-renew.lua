-- Renews the probe of a circuit breaker, so that no other call becomes the probe meanwhile.
-- KEYS[1]  the state
-- ARGV[1]  the token of the probe
-- ARGV[2]  after how many milliseconds from now another call may be the probe
-- Returns 1, or 0 when another call is the probe.

-- @include server-ms

local state = KEYS[1]
local token = ARGV[1]
local probeMs = tonumber(ARGV[2])

if redis.call('HGET', state, 'probe') ~= token then return 0 end
redis.call('HSET', state, 'probe_until', string.format('%.0f', serverMs() + probeMs))
return 1
