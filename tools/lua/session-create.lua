-- Creates a session. It is a hash with created_at and updated_at (Unix milliseconds), revision, the owner when it has one, and
-- the fields of its data.
-- KEYS[1]    the session
-- ARGV[1]    seconds to live, or 'never'
-- ARGV[2]    the id of the session
-- ARGV[3]    the owner; '' for none
-- ARGV[4..]  field, value, field, value, …
-- Returns { the revision, 1; the id }. CONFLICT when the session exists already.

-- @include chunks

local session = KEYS[1]
local ttl = ARGV[1]
local id = ARGV[2]
local owner = ARGV[3]

if redis.call('EXISTS', session) == 1 then
  return redis.error_reply('CONFLICT A session with this id exists already')
end

local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
redis.call('HSET', session, 'created_at', now, 'updated_at', now, 'revision', 1)
if owner ~= '' then redis.call('HSET', session, 'owner', owner) end
for first, last in chunks(ARGV, 4) do
  redis.call('HSET', session, unpack(ARGV, first, last))
end
if ttl ~= 'never' then redis.call('EXPIRE', session, ttl) end
return { 1, id }
