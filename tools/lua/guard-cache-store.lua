-- Stores the answer that a flight has computed, and ends the flight.
-- KEYS[1]  the entry
-- ARGV[1]  the token of the flight
-- ARGV[2]  the answer
-- ARGV[3]  for how many milliseconds the answer is fresh
-- ARGV[4]  for how many milliseconds after that it may be served while another caller computes a new one
-- ARGV[5]  the channel of the callers that wait
-- Returns 1, or 0 when the flight has ended.

-- @include server-ms

local entry = KEYS[1]
local token = ARGV[1]
local answer = ARGV[2]
local freshMs = tonumber(ARGV[3])
local staleMs = tonumber(ARGV[4])
local channel = ARGV[5]

local now = serverMs()
local found = redis.call('HMGET', entry, 'flight', 'flight_until')
if found[1] ~= token or tonumber(found[2]) <= now then
  -- The entry was deleted, or the flight is that of another caller. Those that wait look again.
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
redis.call('HDEL', entry, 'flight', 'flight_until', 'failed_flight', 'failure')
redis.call('PEXPIREAT', entry, at(now + freshMs + staleMs))
redis.pcall('PUBLISH', channel, '1000000')
return 1
