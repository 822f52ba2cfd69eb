-- Pushes values onto a list and sets its time to live, atomically.
-- KEYS[1]    the list
-- ARGV[1]    LPUSH or RPUSH
-- ARGV[2]    seconds to live; '' leaves the time to live unchanged, 'never' removes it
-- ARGV[3..]  the values
-- Returns the new length of the list. WRONGTYPE when the key holds another type.

local list = KEYS[1]
local push = ARGV[1]
local ttl = ARGV[2]
local CHUNK = 4000 -- unpack accepts at most 8000 values

local length = 0
for first = 3, #ARGV, CHUNK do
  local last = math.min(first + CHUNK - 1, #ARGV)
  -- Only the first command can fail: the key then holds another type, and nothing was written.
  length = redis.pcall(push, list, unpack(ARGV, first, last))
  if type(length) == 'table' then return length end
end

if ttl == 'never' then
  redis.call('PERSIST', list)
elseif ttl ~= '' then
  redis.call('EXPIRE', list, ttl)
end
return length
