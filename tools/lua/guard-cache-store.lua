-- Stores the answer that a flight has computed, and ends the flight.
-- KEYS[1]  the entry
-- ARGV[1]  the token of the flight
-- ARGV[2]  the answer
-- ARGV[3]  for how many milliseconds the answer is fresh
-- ARGV[4]  for how many milliseconds after that it may be served while another caller computes a new one
-- ARGV[5]  the channel of the callers that wait
-- Returns 1, or 0 when the flight may store no answer: it has ended, or an answer was stored whose flight began later.

-- @include server-ms
-- @include cache-flight

local entry = KEYS[1]
local token = ARGV[1]
local answer = ARGV[2]
local freshMs = tonumber(ARGV[3])
local staleMs = tonumber(ARGV[4])
local channel = ARGV[5]

local now = serverMs()
local field = fieldOfFlight(entry, token, now)
if not field then
  -- Those that wait look again.
  redis.pcall('PUBLISH', channel, '1000000')
  return 0
end

local function at(milliseconds)
  return string.format('%.0f', milliseconds)
end

redis.call(
  'HSET', entry, 'answer', at(now) .. ' ' .. at(now + freshMs) .. ' ' .. answer,
  'stale_until', at(now + freshMs + staleMs)
)
redis.call('HDEL', entry, 'oldest', 'oldest_until', 'failed_flight', 'failure')
local finish = now + freshMs + staleMs
if field == 'flight' then
  redis.call('HDEL', entry, 'flight', 'flight_until')
else
  -- A newer flight may run, whose answer replaces this one.
  finish = math.max(finish, tonumber(redis.call('HGET', entry, 'flight_until') or 0))
end
redis.call('PEXPIREAT', entry, at(finish))
redis.pcall('PUBLISH', channel, '1000000')
return 1
