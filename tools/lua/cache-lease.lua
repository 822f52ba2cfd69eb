-- Returns a value, or gives the lease to compute it to one caller.
-- KEYS[1]  the value
-- KEYS[2]  its lease. A hash: the token of who computes the value, when the lease ends, and a stale copy of an earlier value
--          with the time until which it may be served. Times are Unix milliseconds
-- ARGV[1]  the id of this call
-- ARGV[2]  how many milliseconds the lease lasts
-- ARGV[3]  '1' to take a stale copy while another caller computes the value
-- Returns { the token of this caller, or 0; milliseconds left of the lease; 'fresh', 'stale' or 'none'; the text }. For a token,
-- the second result is when the lease ends, and the third is true when it is the lease of the kept reply. WRONGTYPE when
-- the key holds another type.

-- @include server-ms

local kept = ARGV.kept
local key = KEYS[1]
local lease = KEYS[2]
local id = ARGV[1]
local durationMs = tonumber(ARGV[2])
local takesStale = ARGV[3] == '1'

local text = redis.pcall('GET', key)
if type(text) == 'table' then return text end
if text then return { 0, 0, 'fresh', text } end

local now = serverMs()
local held = redis.call('HMGET', lease, 'token', 'ends_at', 'stale_until')
local endsAt = tonumber(held[2] or 0)
local staleUntil = tonumber(held[3] or 0)

if endsAt > now then
  local leftMs = endsAt - now
  if kept and kept[1] == held[1] then return { held[1], leftMs, 'none', '' }, endsAt, true end
  if takesStale and staleUntil > now then return { 0, leftMs, 'stale', redis.call('HGET', lease, 'copy') } end
  return { 0, leftMs, 'none', '' }
end

endsAt = now + durationMs
-- In a cluster, repetitions with one idempotency key have the same id, but each of their leases is another one.
local token = string.format('%s:%.0f', id, endsAt)
redis.call('HSET', lease, 'token', token, 'ends_at', string.format('%.0f', endsAt))
redis.call('PEXPIREAT', lease, string.format('%.0f', math.max(endsAt, staleUntil)))
return { token, durationMs, 'none', '' }, endsAt
