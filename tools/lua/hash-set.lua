-- Sets fields of a hash and its time to live, atomically.
-- KEYS[1]    the hash
-- ARGV[1]    seconds to live; '' leaves the time to live unchanged, 'never' removes it
-- ARGV[2..]  field, value, field, value, …
-- Returns the number of fields that were set. WRONGTYPE when the key holds another type.

local hash = KEYS[1]
local ttl = ARGV[1]
local CHUNK = 4000 -- unpack accepts at most 8000 values; an even number keeps the pairs together

for first = 2, #ARGV, CHUNK do
  local last = math.min(first + CHUNK - 1, #ARGV)
  -- Only the first command can fail: the key then holds another type, and nothing was written.
  local reply = redis.pcall('HSET', hash, unpack(ARGV, first, last))
  if type(reply) == 'table' then return reply end
end

if ttl == 'never' then
  redis.call('PERSIST', hash)
elseif ttl ~= '' then
  redis.call('EXPIRE', hash, ttl)
end
return (#ARGV - 1) / 2
