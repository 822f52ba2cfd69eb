-- Reads the cached answer of a call, or starts a flight: one caller computes the answer, and the others wait for it.
-- KEYS[1]  the entry, a hash: the answer with the times of its storing, of its end and of the end of its stale use; the token of
--          the flight and its end; the failure of the last flight and its token. Times are Unix milliseconds
-- ARGV[1]  the token that a flight of this caller would get
-- ARGV[2]  how many milliseconds a flight lasts unless it is renewed
-- ARGV[3]  the token of the flight that this caller has waited for, '' at first
-- ARGV[4]  '1' to compute a new answer: the caller gets the flight, also from another caller, whose answer is then not stored
-- Returns { 'hit' or 'stale', the answer, its age in milliseconds }; { 'failed', the failure } of the flight that the caller has
-- waited for; { 'wait', the token of the flight, milliseconds until it ends }; or { 'run' } when the caller got the flight.

-- @include server-ms

local entry = KEYS[1]
local token = ARGV[1]
local flightMs = tonumber(ARGV[2])
local awaited = ARGV[3]
local ignoresAnswer = ARGV[4] == '1'

local now = serverMs()
local found = redis.call(
  'HMGET', entry, 'answer', 'stored_at', 'fresh_until', 'stale_until', 'flight', 'flight_until', 'failed_flight'
)
local freshUntil = tonumber(found[3] or 0)
local staleUntil = tonumber(found[4] or 0)
local flightUntil = tonumber(found[6] or 0)

local function stored(kind)
  return { kind, found[1], math.max(0, now - tonumber(found[2])) }
end

if freshUntil > now and not ignoresAnswer then return stored('hit') end
if awaited ~= '' and found[7] == awaited then return { 'failed', redis.call('HGET', entry, 'failure') } end
if flightUntil > now and not ignoresAnswer then
  if staleUntil > now then return stored('stale') end
  return { 'wait', found[5], flightUntil - now }
end

redis.call('HSET', entry, 'flight', token, 'flight_until', string.format('%.0f', now + flightMs))
redis.call('PEXPIREAT', entry, string.format('%.0f', math.max(now + flightMs, freshUntil, staleUntil)))
return { 'run' }
