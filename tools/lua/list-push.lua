-- Pushes values onto a list and sets its time to live, all or nothing.
-- KEYS[1]    the list
-- ARGV[1]    LPUSH or RPUSH
-- ARGV[2]    seconds to live; '' leaves it as it is, 'never' makes it persistent
-- ARGV[3..]  the values
-- Returns the length of the list.

local list = KEYS[1]
local push = ARGV[1]
local ttl = ARGV[2]
local CHUNK = 4000 -- unpack takes no more than 8000

local length = 0
for first = 3, #ARGV, CHUNK do
  local last = math.min(first + CHUNK - 1, #ARGV)
  -- Only the first can fail: the list is then of another type, and nothing was written.
  length = redis.pcall(push, list, unpack(ARGV, first, last))
  if type(length) == 'table' then return length end
end

if ttl == 'never' then
  redis.call('PERSIST', list)
elseif ttl ~= '' then
  redis.call('EXPIRE', list, ttl)
end
return length
