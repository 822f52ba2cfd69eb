-- Renews a lease that has not ended.
-- KEYS[1]  the leases
-- ARGV[1]  the token of the lease
-- ARGV[2]  how many milliseconds the lease lasts from now
-- Returns 1, or 0 when the lease has ended.

-- @include server-ms

local leases = KEYS[1]
local token = ARGV[1]
local leaseMs = tonumber(ARGV[2])

local now = serverMs()
local finish = tonumber(redis.call('ZSCORE', leases, token) or 0)
if finish <= now then return 0 end
redis.call('ZADD', leases, string.format('%.0f', now + leaseMs), token)
if redis.call('PTTL', leases) < leaseMs then redis.call('PEXPIRE', leases, leaseMs) end
return 1
