-- Ends a lease without a value. A stale copy stays.
-- KEYS[1]  the lease
-- ARGV[1]  the token of its holder
-- ARGV[2]  the channel of the callers that wait for the value
-- Returns 1, or 0 when the lease has ended or is another one.

-- @include server-ms

local lease = KEYS[1]
local token = ARGV[1]
local channel = ARGV[2]

local held = redis.call('HMGET', lease, 'token', 'ends_at', 'stale_until')
if held[1] ~= token or tonumber(held[2]) <= serverMs() then return 0 end

redis.call('HDEL', lease, 'token', 'ends_at')
if held[3] then redis.call('PEXPIREAT', lease, held[3]) end
redis.pcall('PUBLISH', channel, 1)
return 1
