-- Writes values, and voids their leases and stale copies.
-- KEYS[1..]  the values, then the lease of each
-- ARGV[1]    seconds to live, or 'never'
-- ARGV[2..]  the text of each value
-- Returns how many values were written: all of them.

-- @include void-lease

local ttl = ARGV[1]
local count = #ARGV - 1

local options = {}
if ttl ~= 'never' then options = { 'EX', ttl } end
for index = 1, count do
  redis.call('SET', KEYS[index], ARGV[index + 1], unpack(options))
  voidLease(KEYS[index], KEYS[count + index], 1000000)
end
return count
