-- Sets a new end of the lease of a lock, for its holder only.
-- KEYS[1]  the lock
-- ARGV[1]  the token of the holder
-- ARGV[2]  the length of the lease from now in milliseconds
-- ARGV[3]  the channel of calls that wait for the lock
-- Returns 1; or 0 when the lease has ended or somebody else holds the lock. WRONGTYPE when the key holds another type.

-- @include read-lock
-- @include hold-lock

local lock = KEYS[1]
local token = ARGV[1]
local leaseMs = tonumber(ARGV[2])
local channel = ARGV[3]

local held, failure = readLock(lock)
if not held then return failure end
if held.left <= 0 or held.token ~= token then return 0 end
holdLock(lock, held.nowMs, leaseMs)
-- Calls that wait look when the lease ends, which is earlier now.
if leaseMs < held.left then redis.pcall('PUBLISH', channel, 1) end
return 1
