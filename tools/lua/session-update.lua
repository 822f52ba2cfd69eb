-- Changes the data of an existing session. Its time to live stays unchanged.
-- KEYS[1]    the session
-- ARGV[1]    'merge' keeps the other fields, 'replace' removes them
-- ARGV[2]    the revision that the session must have, or '' for any
-- ARGV[3..]  field, value, field, value, …
-- Returns the new revision. NOTFOUND when there is no session, CONFLICT when it has another revision, WRONGTYPE when
-- the key holds another type.

-- @include chunks
-- @include session-revision

local session = KEYS[1]
local mode = ARGV[1]
local expected = ARGV[2]

local revision, failure = sessionRevision(session)
if not revision then
  return failure or redis.error_reply('NOTFOUND There is no such session')
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
  for first, last in chunks(old, 1) do
    redis.call('HDEL', session, unpack(old, first, last))
  end
end

for first, last in chunks(ARGV, 3) do
  redis.call('HSET', session, unpack(ARGV, first, last))
end
return redis.call('HINCRBY', session, 'revision', 1)
