-- Releases a lock, for its holder only. The fence is kept for 30 days.
-- KEYS[1]  the lock
-- ARGV[1]  the token of the holder
-- ARGV[2]  the channel of calls that wait for the lock
-- Returns 1; or 0 when the lease has ended or somebody else holds the lock. WRONGTYPE when the key holds another type.

-- @include read-lock

local lock = KEYS[1]
local token = ARGV[1]
local channel = ARGV[2]

local held, failure = readLock(lock)
if not held then return failure end
if held.left <= 0 or held.token ~= token then return 0 end
redis.call('HDEL', lock, 'token', 'owner', 'until_ms')
redis.call('PEXPIREAT', lock, string.format('%.0f', held.nowMs + 2592000000))
redis.pcall('PUBLISH', channel, 1)
return 1
