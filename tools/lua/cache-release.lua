-- Ends a lease without a value. A stale copy stays.
-- KEYS[1]  the value
-- KEYS[2]  its lease
-- ARGV[1]  the token of the holder
-- Returns 1, or 0 when the lease has ended or is another one.

-- @include server-ms
-- @include wake-cache

local key = KEYS[1]
local lease = KEYS[2]
local token = ARGV[1]

local held = redis.call('HMGET', lease, 'token', 'ends_at', 'stale_until')
if held[1] ~= token or tonumber(held[2]) <= serverMs() then return 0 end

redis.call('HDEL', lease, 'token', 'ends_at')
if held[3] then redis.call('PEXPIREAT', lease, held[3]) end
wakeCache(key, 1)
return 1
