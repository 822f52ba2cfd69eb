-- Replaces the claim of an idempotency key by the answer of the call, or removes it.
-- KEYS[1]  the claim, and then the record
-- ARGV[1]  the fingerprint of the call
-- ARGV[2]  the id of the holder
-- ARGV[3]  milliseconds to keep the record
-- ARGV[4]  the answer; '' removes the claim
-- Returns 1, or 0 when another holder has the claim or it has ended.

-- @include idempotency-entry

local key = KEYS[1]
local fingerprint = ARGV[1]
local holder = ARGV[2]
local keepMs = ARGV[3]
local answer = ARGV[4]

local kind, text, failure = idempotencyEntry(key, fingerprint)
if failure then return failure end
if kind ~= 'h' or string.sub(text, 1, 36) ~= holder then return 0 end

if answer == '' then
  redis.call('UNLINK', key)
else
  redis.call('SET', key, fingerprint .. 'a' .. answer, 'PX', keepMs)
end
return 1
