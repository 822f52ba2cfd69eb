-- Sets fields of a hash and its time to live, all or nothing.
-- KEYS[1]    the hash
-- ARGV[1]    seconds to live; '' leaves it as it is, 'never' makes it persistent
-- ARGV[2..]  field, value, field, value, …
-- Returns how many fields were given.

-- @include chunks
-- @include set-ttl

local hash = KEYS[1]
local ttl = ARGV[1]

for first, last in chunks(ARGV, 2) do
  -- Only the first can fail: the hash is then of another type, and nothing was written.
  local reply = redis.pcall('HSET', hash, unpack(ARGV, first, last))
  if type(reply) == 'table' then return reply end
end

setTtl(hash, ttl)
return (#ARGV - 1) / 2
