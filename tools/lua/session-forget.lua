-- Removes sessions that do not exist from the index of their owner. An entry of the last hour stays, because its session may
-- not have been written yet.
-- KEYS[1]    the index
-- ARGV[1..]  the ids of the sessions
-- Returns the number of entries that were removed.

-- @include chunks

local index = KEYS[1]
local HOUR = 3600000

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local removed = 0
for first, last in chunks(ARGV, 1) do
  for at = first, last do
    local created = string.match(redis.call('HGET', index, ARGV[at]) or '', '^(%d+):')
    if (tonumber(created) or 0) < now - HOUR then removed = removed + redis.call('HDEL', index, ARGV[at]) end
  end
end
return removed
