-- Removes all windows and buckets of an identifier, and wakes the callers that wait for them.
-- KEYS[1]  the index of the keys of the identifier
-- ARGV[1]  the channel of those who wait
-- Returns the number of keys that were removed.

-- @include chunks

local index = KEYS[1]
local channel = ARGV[1]

local keys = redis.call('ZRANGE', index, 0, -1)
for position, name in ipairs(keys) do keys[position] = index .. ':' .. name end
local removed = 0
for first, last in chunks(keys, 1) do
  removed = removed + redis.call('UNLINK', unpack(keys, first, last))
end
redis.call('UNLINK', index)
if removed > 0 then redis.pcall('PUBLISH', channel, 1) end
return removed
