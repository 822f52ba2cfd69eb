-- Claims an idempotency key for a call whose record is in another slot of a cluster.
-- KEYS[1]  the claim
-- ARGV[1]  the fingerprint of the call
-- ARGV[2]  a random text
-- ARGV[3]  milliseconds to keep the claim
-- Returns the text of the call that claimed the key first. CONFLICT when that is another call.

-- @include idempotency-entry

local claim = KEYS[1]
local fingerprint = ARGV[1]
local seed = ARGV[2]
local keepMs = ARGV[3]

local kind, text, failure = idempotencyEntry(claim, fingerprint)
if failure then return failure end
if kind then return text end
redis.call('SET', claim, fingerprint .. 's' .. seed, 'PX', keepMs)
return seed
