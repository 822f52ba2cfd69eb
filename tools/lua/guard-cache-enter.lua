-- Reads the cached answer of a call, or starts a flight: one caller computes the answer, and the others wait for it.
-- KEYS[1]  the entry, a hash: the answer, after the time of its storing, a space, the time until which it is fresh, and a space;
--          the end of its stale use; the token of the newest flight and its end; the token of the oldest flight that still runs and
--          its end, when there are several; the failure of the last flight and its token. Times are Unix milliseconds
-- ARGV[1]  the token that a flight of this caller would get
-- ARGV[2]  how many milliseconds a flight lasts unless it is renewed
-- ARGV[3]  the token of the flight that this caller has waited for, '' at first
-- ARGV[4]  '1' to compute a new answer: the caller gets a flight also while another one runs
-- Returns { 'hit' or 'stale', the answer with its times, the time now }; { 'failed', the failure } of the flight that the caller has
-- waited for; { 'wait', the token of the oldest flight, milliseconds until it ends }; or { 'run' } when the caller got a flight.
-- The oldest flight and the newest one may store their answers, those between them not. So callers that wait get an answer however
-- often others compute a new one.

-- @include server-ms

local entry = KEYS[1]
local token = ARGV[1]
local flightMs = tonumber(ARGV[2])
local awaited = ARGV[3]
local ignoresAnswer = ARGV[4] == '1'

local now = serverMs()
local found = redis.call(
  'HMGET', entry, 'answer', 'stale_until', 'flight', 'flight_until', 'failed_flight', 'oldest', 'oldest_until'
)
local answer = found[1]
local freshUntil = answer and tonumber(string.match(answer, '^%d+ (%d+) ')) or 0
local staleUntil = tonumber(found[2] or 0)
local oldest = found[6]
local oldestUntil = tonumber(found[7] or 0)
if oldestUntil <= now then
  oldest = found[3]
  oldestUntil = tonumber(found[4] or 0)
end
local isRunning = oldestUntil > now

if freshUntil > now and not ignoresAnswer then return { 'hit', answer, now } end
if awaited ~= '' and found[5] == awaited then return { 'failed', redis.call('HGET', entry, 'failure') } end
if isRunning and not ignoresAnswer then
  if staleUntil > now then return { 'stale', answer, now } end
  return { 'wait', oldest, oldestUntil - now }
end

if isRunning then
  redis.call('HSET', entry, 'oldest', oldest, 'oldest_until', string.format('%.0f', oldestUntil))
else
  redis.call('HDEL', entry, 'oldest', 'oldest_until')
end
redis.call('HSET', entry, 'flight', token, 'flight_until', string.format('%.0f', now + flightMs))
redis.call('PEXPIREAT', entry, string.format('%.0f', math.max(now + flightMs, freshUntil, staleUntil)))
return { 'run' }
