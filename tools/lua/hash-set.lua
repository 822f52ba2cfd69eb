-- Sets fields of a hash and its time to live, atomically.
-- KEYS[1]    the hash
-- ARGV[1]    seconds to live; '' leaves the time to live unchanged, 'never' removes it
-- ARGV[2..]  field, value, field, value, …
-- Returns the number of fields that were set. WRONGTYPE when the key holds another type.

-- @include chunks
-- @include set-ttl

local hash = KEYS[1]
local ttl = ARGV[1]

for first, last in chunks(ARGV, 2) do
  -- Only the first command can fail: the key then holds another type, and nothing was written.
  local reply = redis.pcall('HSET', hash, unpack(ARGV, first, last))
  if type(reply) == 'table' then return reply end
end

setTtl(hash, ttl)
return (#ARGV - 1) / 2
