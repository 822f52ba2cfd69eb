-- Pushes values onto a list and sets its time to live, all or nothing.
-- KEYS[1]    the list
-- ARGV[1]    LPUSH or RPUSH
-- ARGV[2]    seconds to live; '' leaves it as it is, 'never' makes it persistent
-- ARGV[3..]  the values
-- Returns the length of the list.

-- @include chunks
-- @include set-ttl

local list = KEYS[1]
local push = ARGV[1]
local ttl = ARGV[2]

local length = 0
for first, last in chunks(ARGV, 3) do
  -- Only the first can fail: the list is then of another type, and nothing was written.
  length = redis.pcall(push, list, unpack(ARGV, first, last))
  if type(length) == 'table' then return length end
end

setTtl(list, ttl)
return length
