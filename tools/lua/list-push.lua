-- Pushes values onto a list, trims it to the newest values, and sets its time to live, atomically.
-- KEYS[1]    the list
-- ARGV[1]    LPUSH or RPUSH
-- ARGV[2]    seconds to live; '' leaves the time to live unchanged, 'never' removes it
-- ARGV[3]    the greatest length of the list after the push; '' for any
-- ARGV[4]    the channel of calls that wait for a value
-- ARGV[5..]  the values
-- Returns the new length of the list. WRONGTYPE when the key holds another type.

-- @include chunks
-- @include set-ttl

local list = KEYS[1]
local push = ARGV[1]
local ttl = ARGV[2]
local maxLength = tonumber(ARGV[3])
local channel = ARGV[4]

local length = 0
for first, last in chunks(ARGV, 5) do
  -- Only the first command can fail: the key then holds another type, and nothing was written.
  length = redis.pcall(push, list, unpack(ARGV, first, last))
  if type(length) == 'table' then return length end
end

if maxLength and length > maxLength then
  -- The first value is the newest after LPUSH, the last one after RPUSH.
  if push == 'LPUSH' then
    redis.call('LTRIM', list, 0, maxLength - 1)
  else
    redis.call('LTRIM', list, -maxLength, -1)
  end
  length = maxLength
end
setTtl(list, ttl)
redis.pcall('PUBLISH', channel, math.min(#ARGV - 4, length))
return length
