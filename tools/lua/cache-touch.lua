-- Sets the time to live of a key, and voids its stale copy. The new time may be shorter.
-- KEYS[1]  the key
-- KEYS[2]  its lease
-- ARGV[1]  seconds to live, or 'never'
-- Returns 1, or 0 when there is no such key.

-- @include set-ttl
-- @include void-lease

local key = KEYS[1]
local lease = KEYS[2]
local ttl = ARGV[1]

if redis.call('EXISTS', key) == 0 then return 0 end
setTtl(key, ttl)
voidLease(key, lease, 1000000)
return 1
