-- Claims an idempotency key for a call whose effect is not in Redis.
-- KEYS[1]  the claim, and later the record
-- ARGV[1]  the fingerprint of the call
-- ARGV[2]  the id of the holder: 36 characters
-- ARGV[3]  milliseconds until the claim must be renewed
-- ARGV[4]  milliseconds to keep claim and record
-- ARGV[5]  'again' takes over a claim that was not renewed; '' does not
-- Returns { 'run' } for the holder, { 'answer', the answer }, { 'running' } while another holder renews its claim, or { 'lost' }.
-- CONFLICT when the key was used for another call.

-- @include idempotency-entry

local key = KEYS[1]
local fingerprint = ARGV[1]
local holder = ARGV[2]
local leaseMs = tonumber(ARGV[3])
local keepMs = ARGV[4]
local again = ARGV[5] == 'again'

local kind, text, failure = idempotencyEntry(key, fingerprint)
if failure then return failure end
if kind == 'a' then return { 'answer', text } end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if kind and string.sub(text, 1, 36) ~= holder then
  if tonumber(string.sub(text, 37)) > now then return { 'running' } end
  if not again then return { 'lost' } end
end
redis.call('SET', key, fingerprint .. 'h' .. holder .. string.format('%.0f', now + leaseMs), 'PX', keepMs)
return { 'run' }
