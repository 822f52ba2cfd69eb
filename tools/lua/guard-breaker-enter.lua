-- Decides whether a call may run while a circuit breaker watches its action.
-- KEYS[1]  the state, a hash: the Unix millisecond until which the breaker is open, and the token and the end of the one call that
--          then finds out if the action works again; absent while the breaker is closed
-- ARGV[1]  the token that this call would get as the probe
-- ARGV[2]  after how many milliseconds another call may be the probe, unless the probe is renewed
-- Returns { 'closed', 0 }, { 'probe', 0 }, or { 'open', milliseconds until a call may run }.

-- @include server-ms

local state = KEYS[1]
local token = ARGV[1]
local probeMs = tonumber(ARGV[2])

local found = redis.call('HMGET', state, 'open_until', 'probe_until')
if not found[1] then return { 'closed', 0 } end
local now = serverMs()
local openUntil = math.max(tonumber(found[1]), tonumber(found[2] or 0))
if openUntil > now then return { 'open', openUntil - now } end
redis.call('HSET', state, 'probe', token, 'probe_until', string.format('%.0f', now + probeMs))
return { 'probe', 0 }
