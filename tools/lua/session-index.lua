-- Adds a session to the index of its owner, or keeps it there for longer. The index is a hash: the id of a session →
-- '<created>:<expires>' in Unix milliseconds, where <expires> is 'never' for ever. The session is written after its entry,
-- within an hour, so an entry is kept for an hour longer than its session.
-- KEYS[1]  the index
-- ARGV[1]  the id of the session
-- ARGV[2]  seconds to live, or 'never'
-- Returns 1.

local index = KEYS[1]
local id = ARGV[1]
local ttl = ARGV[2]
local HOUR = 3600000

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local left = redis.call('PTTL', index)

local function timesOf(entry)
  return string.match(entry or '', '^(%d+):(%w+)$')
end

local created, expires = timesOf(redis.call('HGET', index, id))
if ttl == 'never' or expires == 'never' then
  expires = 'never'
else
  expires = string.format('%.0f', math.max(now + ttl * 1000 + HOUR, tonumber(expires) or 0))
end
redis.call('HSET', index, id, (created or string.format('%.0f', now)) .. ':' .. expires)

if expires == 'never' then
  redis.call('PERSIST', index)
elseif left ~= -1 and tonumber(expires) > now + left then
  redis.call('PEXPIREAT', index, expires)
end

-- Each call looks at a few entries by chance and removes those that have ended, so they stay a small part of the index.
local some = redis.call('HRANDFIELD', index, 10, 'WITHVALUES')
for at = 1, #some, 2 do
  local _, ends = timesOf(some[at + 1])
  if ends ~= 'never' and (tonumber(ends) or 0) < now then redis.call('HDEL', index, some[at]) end
end
return 1
