-- Reads the cached answer of a call, or starts a flight: one caller computes the answer, and the others wait for it.
-- KEYS[1]  the entry, a hash: the answer, after the time of its storing, a space, the time until which it is fresh, and a space;
--          the end of its stale use; the token of the flight and its end; the failure of the last flight and its token. Times are
--          Unix milliseconds
-- ARGV[1]  the token that a flight of this caller would get
-- ARGV[2]  how many milliseconds a flight lasts unless it is renewed
-- ARGV[3]  the token of the flight that this caller has waited for, '' at first
-- ARGV[4]  '1' to compute a new answer: the caller gets the flight, also from another caller, whose answer is then not stored
-- Returns { 'hit' or 'stale', the answer with its times, the time now }; { 'failed', the failure } of the flight that the caller has
-- waited for; { 'wait', the token of the flight, milliseconds until it ends }; or { 'run' } when the caller got the flight.

-- @include server-ms

local entry = KEYS[1]
local token = ARGV[1]
local flightMs = tonumber(ARGV[2])
local awaited = ARGV[3]
local ignoresAnswer = ARGV[4] == '1'

local now = serverMs()
local found = redis.call(
  'HMGET', entry, 'answer', 'stale_until', 'flight', 'flight_until', 'failed_flight'
)
local answer = found[1]
local freshUntil = answer and tonumber(string.match(answer, '^%d+ (%d+) ')) or 0
local staleUntil = tonumber(found[2] or 0)
local flightUntil = tonumber(found[4] or 0)

if freshUntil > now and not ignoresAnswer then return { 'hit', answer, now } end
if awaited ~= '' and found[5] == awaited then return { 'failed', redis.call('HGET', entry, 'failure') } end
if flightUntil > now and not ignoresAnswer then
  if staleUntil > now then return { 'stale', answer, now } end
  return { 'wait', found[3], flightUntil - now }
end

redis.call('HSET', entry, 'flight', token, 'flight_until', string.format('%.0f', now + flightMs))
redis.call('PEXPIREAT', entry, string.format('%.0f', math.max(now + flightMs, freshUntil, staleUntil)))
return { 'run' }
