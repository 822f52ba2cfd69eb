-- Writes values, and voids their leases and stale copies.
-- KEYS[1..]  for each value: its key, then the key of its lease
-- ARGV[1]    seconds to live, or 'never'
-- ARGV[2]    NX writes only where there is no value, XX only where there is one; '' writes always
-- ARGV[3..]  for each value: its text, then the channel of the callers that wait for it
-- Returns how many values were written.

-- @include void-lease

local ttl = ARGV[1]
local condition = ARGV[2]

local options = {}
if ttl ~= 'never' then options = { 'EX', ttl } end
if condition ~= '' then table.insert(options, condition) end

local stored = 0
for index = 1, #KEYS, 2 do
  if redis.call('SET', KEYS[index], ARGV[index + 2], unpack(options)) then
    voidLease(KEYS[index + 1], ARGV[index + 3], 1000000)
    stored = stored + 1
  end
end
return stored
