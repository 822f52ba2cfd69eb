-- Sets the time to live of a key. The new one may be shorter.
-- KEYS[1]  the key
-- ARGV[1]  seconds to live, or 'never'
-- Returns 1, or 0 when there is no such key.

local key = KEYS[1]
local ttl = ARGV[1]

if ttl ~= 'never' then return redis.call('EXPIRE', key, ttl) end
redis.call('PERSIST', key) -- its reply is 0 when the key had no expiry
return redis.call('EXISTS', key)
