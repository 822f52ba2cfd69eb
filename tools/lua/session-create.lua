-- Creates a session: a hash with created_at and updated_at (Unix milliseconds), revision, and the fields of its data.
-- KEYS[1]    the session
-- ARGV[1]    seconds to live, or 'never'
-- ARGV[2..]  field, value, field, value, …
-- Returns the revision, 1. CONFLICT when the session exists already.

local session = KEYS[1]
local ttl = ARGV[1]
local CHUNK = 4000 -- unpack accepts at most 8000 values; an even number keeps the pairs together

if redis.call('EXISTS', session) == 1 then
  return redis.error_reply('CONFLICT A session with this id exists already')
end

local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('HSET', session, 'created_at', now, 'updated_at', now, 'revision', 1)
for first = 2, #ARGV, CHUNK do
  redis.call('HSET', session, unpack(ARGV, first, math.min(first + CHUNK - 1, #ARGV)))
end
if ttl ~= 'never' then redis.call('EXPIRE', session, ttl) end
return 1
