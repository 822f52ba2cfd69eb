-- Adds members to a set and sets its time to live, atomically.
-- KEYS[1]    the set
-- ARGV[1]    seconds to live; '' leaves the time to live unchanged, 'never' removes it
-- ARGV[2..]  the members
-- Returns the number of new members. WRONGTYPE when the key holds another type.

-- @include chunks
-- @include set-ttl

local set = KEYS[1]
local ttl = ARGV[1]

local added = 0
for first, last in chunks(ARGV, 2) do
  -- Only the first command can fail: the key then holds another type, and nothing was written.
  local reply = redis.pcall('SADD', set, unpack(ARGV, first, last))
  if type(reply) == 'table' then return reply end
  added = added + reply
end

setTtl(set, ttl)
return added
