-- Changes the data of an existing session. Its time to live stays unchanged.
-- KEYS[1]    the session
-- ARGV[1]    'merge' keeps the other fields, 'replace' removes them
-- ARGV[2]    the revision that the session must have, or '' for any
-- ARGV[3..]  field, value, field, value, …
-- Returns the new revision. NOTFOUND when there is no session, CONFLICT when it has another revision, WRONGTYPE when
-- the key holds another type.

local session = KEYS[1]
local mode = ARGV[1]
local expected = ARGV[2]
local CHUNK = 4000 -- unpack accepts at most 8000 values; an even number keeps the pairs together

local revision = redis.pcall('HGET', session, 'revision')
if type(revision) == 'table' then return revision end
-- A hash of another program has no revision, or one that is not a positive integer.
if not revision or #revision > 15 or not string.find(revision, '^[1-9]%d*$') then
  return redis.error_reply('NOTFOUND There is no such session')
end
if expected ~= '' and expected ~= revision then
  return redis.error_reply('CONFLICT The session has revision ' .. revision .. ', not ' .. expected)
end

local time = redis.call('TIME')
-- This write comes first: a server that is out of memory refuses it, but refuses no write after a removal.
redis.call('HSET', session, 'updated_at', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))

if mode == 'replace' then
  local old = {}
  for _, field in ipairs(redis.call('HKEYS', session)) do
    -- Only the fields of the data contain a colon: they begin with 'data:' or 'json:'.
    if string.find(field, ':', 1, true) then old[#old + 1] = field end
  end
  for first = 1, #old, CHUNK do
    redis.call('HDEL', session, unpack(old, first, math.min(first + CHUNK - 1, #old)))
  end
end

for first = 3, #ARGV, CHUNK do
  redis.call('HSET', session, unpack(ARGV, first, math.min(first + CHUNK - 1, #ARGV)))
end
return redis.call('HINCRBY', session, 'revision', 1)
