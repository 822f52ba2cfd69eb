-- Gives a lease back, and wakes a caller that waits for one.
-- KEYS[1]  the leases
-- ARGV[1]  the token of the lease
-- ARGV[2]  the channel of the callers that wait
-- Returns 1, or 0 when there is no such lease.

local leases = KEYS[1]
local token = ARGV[1]
local channel = ARGV[2]

local removed = redis.call('ZREM', leases, token)
if removed == 1 then redis.pcall('PUBLISH', channel, '1') end
return removed
