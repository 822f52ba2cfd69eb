-- Sets fields of a hash and its time to live, all or nothing.
-- KEYS[1]    the hash
-- ARGV[1]    seconds to live; '' leaves it as it is, 'never' makes it persistent
-- ARGV[2..]  field, value, field, value, …
-- Returns how many fields were given.

local hash = KEYS[1]
local ttl = ARGV[1]
local CHUNK = 4000 -- unpack takes no more than 8000; even, so that no pair is torn

for first = 2, #ARGV, CHUNK do
  local last = math.min(first + CHUNK - 1, #ARGV)
  -- Only the first can fail: the hash is then of another type, and nothing was written.
  local reply = redis.pcall('HSET', hash, unpack(ARGV, first, last))
  if type(reply) == 'table' then return reply end
end

if ttl == 'never' then
  redis.call('PERSIST', hash)
elseif ttl ~= '' then
  redis.call('EXPIRE', hash, ttl)
end
return (#ARGV - 1) / 2
