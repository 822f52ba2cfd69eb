-- Renews the claim of an idempotency key.
-- KEYS[1]  the claim
-- ARGV[1]  the fingerprint of the call
-- ARGV[2]  the id of the holder
-- ARGV[3]  milliseconds until the claim must be renewed again
-- Returns 1, or 0 when another holder has the claim or it has ended.

-- @include idempotency-entry

local key = KEYS[1]
local fingerprint = ARGV[1]
local holder = ARGV[2]
local leaseMs = tonumber(ARGV[3])

local kind, text, failure = idempotencyEntry(key, fingerprint)
if failure then return failure end
if kind ~= 'h' or string.sub(text, 1, 36) ~= holder then return 0 end

local time = redis.call('TIME')
local leaseEnd = time[1] * 1000 + math.floor(time[2] / 1000) + leaseMs
redis.call('SET', key, fingerprint .. 'h' .. holder .. string.format('%.0f', leaseEnd), 'KEEPTTL')
return 1
