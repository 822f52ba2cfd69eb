-- Adds members to a set and sets its time to live, atomically.
-- KEYS[1]    the set
-- ARGV[1]    seconds to live; '' leaves the time to live unchanged, 'never' removes it
-- ARGV[2..]  the members
-- Returns the number of new members. WRONGTYPE when the key holds another type.

local set = KEYS[1]
local ttl = ARGV[1]
local CHUNK = 4000 -- unpack accepts at most 8000 values

local added = 0
for first = 2, #ARGV, CHUNK do
  local last = math.min(first + CHUNK - 1, #ARGV)
  -- Only the first command can fail: the key then holds another type, and nothing was written.
  local reply = redis.pcall('SADD', set, unpack(ARGV, first, last))
  if type(reply) == 'table' then return reply end
  added = added + reply
end

if ttl == 'never' then
  redis.call('PERSIST', set)
elseif ttl ~= '' then
  redis.call('EXPIRE', set, ttl)
end
return added
