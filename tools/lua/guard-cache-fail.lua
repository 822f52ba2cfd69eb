-- Ends a flight that computed no answer. The callers that wait for it get its failure.
-- KEYS[1]  the entry
-- ARGV[1]  the token of the flight
-- ARGV[2]  the failure, or `null` when each of them is to compute its own answer; '' when one of them is to compute the answer
-- ARGV[3]  for how many milliseconds the callers can find the failure
-- ARGV[4]  the channel of the callers that wait
-- Returns 1, or 0 when the flight had ended.

-- @include server-ms
-- @include cache-flight

local entry = KEYS[1]
local token = ARGV[1]
local failure = ARGV[2]
local keepMs = tonumber(ARGV[3])
local channel = ARGV[4]

local field = fieldOfFlight(entry, token, serverMs())
if not field then
  -- Those that wait look again.
  redis.pcall('PUBLISH', channel, '1000000')
  return 0
end
if failure ~= '' then
  redis.call('HSET', entry, 'failed_flight', token, 'failure', failure)
  if redis.call('PTTL', entry) < keepMs then redis.call('PEXPIRE', entry, keepMs) end
end
redis.call('HDEL', entry, field, field .. '_until')
redis.pcall('PUBLISH', channel, '1000000')
return 1
