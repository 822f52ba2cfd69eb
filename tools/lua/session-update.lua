-- Changes the data of an existing session. Its time to live stays unchanged.
-- KEYS[1]    the session
-- ARGV[1]    'merge' keeps the other fields, 'replace' removes them
-- ARGV[2]    the revision that the session must have, or '' for any
-- ARGV[3]    the fence of the writer, or '' for none; the session keeps the greatest one
-- ARGV[4]    the number of fields to remove
-- ARGV[5..]  the fields to remove, then field, value, field, value, …
-- Returns { 1; the new revision }, or { 0; the revision } when the session has another one. NOTFOUND when there is no
-- session, CONFLICT when the session was written with a greater fence, WRONGTYPE when the key holds another type.

-- @include chunks
-- @include session-revision

local session = KEYS[1]
local mode = ARGV[1]
local expected = ARGV[2]
local fence = ARGV[3]
local removals = tonumber(ARGV[4])

local revision, failure = sessionRevision(session)
if not revision then
  return failure or redis.error_reply('NOTFOUND There is no such session')
end
local greatest = tonumber(redis.call('HGET', session, 'fence') or '')
if fence ~= '' and greatest and tonumber(fence) < greatest then
  local newer = string.format('%.0f', greatest)
  return redis.error_reply('CONFLICT The session was written with the fence ' .. newer .. ', which is newer than ' .. fence)
end
if expected ~= '' and expected ~= revision then return { 0, tonumber(revision) } end

local time = redis.call('TIME')
-- This write comes first: a server that is out of memory refuses it, but refuses no write after a removal.
redis.call('HSET', session, 'updated_at', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))
if fence ~= '' then redis.call('HSET', session, 'fence', fence) end

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
for first, last in chunks(ARGV, 5, 4 + removals) do
  redis.call('HDEL', session, unpack(ARGV, first, last))
end
for first, last in chunks(ARGV, 5 + removals) do
  redis.call('HSET', session, unpack(ARGV, first, last))
end
return { 1, redis.call('HINCRBY', session, 'revision', 1) }
