-- Adds members to a set and sets its time to live, all or nothing.
-- KEYS[1]    the set
-- ARGV[1]    seconds to live; '' leaves it as it is, 'never' makes it persistent
-- ARGV[2..]  the members
-- Returns how many were new.

-- @include chunks
-- @include set-ttl

local set = KEYS[1]
local ttl = ARGV[1]

local added = 0
for first, last in chunks(ARGV, 2) do
  -- Only the first can fail: the set is then of another type, and nothing was written.
  local reply = redis.pcall('SADD', set, unpack(ARGV, first, last))
  if type(reply) == 'table' then return reply end
  added = added + reply
end

setTtl(set, ttl)
return added
