-- Runs one writing command. lib/redis/idempotent.ts uses it as the body of idempotent.lua.
-- KEYS[1]    the key of the command
-- ARGV[1]    the command
-- ARGV[2..]  its other words
-- Returns the reply of the command. TOOLARGE when a popped value is larger than the size that idempotent.lua passes.

-- @include chunks

local size = ARGV.limit
local key = KEYS[1]
local command = ARGV[1]

if command == 'LPOP' or command == 'RPOP' then
  local value = redis.pcall('LINDEX', key, command == 'LPOP' and 0 or -1)
  if type(value) == 'string' and #value > size then
    return redis.error_reply('TOOLARGE The value is larger than ' .. size .. ' bytes')
  end
end
if #ARGV == 1 then return redis.pcall(command, key) end

-- Only HDEL, SREM and ZREM have more words than one chunk. Only the first command can fail: the key then holds another type.
local sum
for first, last in chunks(ARGV, 2) do
  local reply = redis.pcall(command, key, unpack(ARGV, first, last))
  if type(reply) ~= 'number' then return reply end
  sum = (sum or 0) + reply
end
return sum
