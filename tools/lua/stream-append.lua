-- Appends an event to a stream, trims it to its newest events, sets its time to live, and wakes who waits for events.
--
-- The id of the event is '<ms>-<n>': ms is the time of the server, or that of the event before when the clock was set back; n
-- is 1 more than that of the event before, also when that one was trimmed, so it counts all events of the stream.
--
-- KEYS[1]  the stream
-- ARGV[1]  the event
-- ARGV[2]  the greatest length of the stream after the call; '' for any
-- ARGV[3]  seconds to live; '' leaves the time to live unchanged, 'never' removes it
-- ARGV[4]  the channel of those who wait
-- Returns the id. WRONGTYPE when the key holds another type, CONFLICT when the count would leave the exact range.

-- @include set-ttl
-- @include stream-about

local stream = KEYS[1]
local event = ARGV[1]
local maxLength = ARGV[2]
local ttl = ARGV[3]
local channel = ARGV[4]
local MOST = 9007199254740991 -- 2^53 - 1

-- XINFO takes longer than the rest of this script. It is needed only after a trim removed every event.
local newest = redis.pcall('XREVRANGE', stream, '+', '-', 'COUNT', 1)
if newest.err then return newest end
local last = newest[1] and newest[1][1] or streamAbout(stream)
local lastMs, lastCount = string.match(last or '0-0', '^(%d+)-(%d+)$')
if tonumber(lastCount) >= MOST then
  return redis.error_reply('CONFLICT The last id of the stream is not one of stream_append')
end

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ms = tonumber(lastMs) > now and lastMs or string.format('%.0f', now)
local id = ms .. '-' .. string.format('%.0f', lastCount + 1)

if maxLength == '' then
  redis.call('XADD', stream, id, 'event', event)
else
  redis.call('XADD', stream, 'MAXLEN', '=', maxLength, id, 'event', event)
end
setTtl(stream, ttl)
redis.pcall('PUBLISH', channel, 1)
return id
