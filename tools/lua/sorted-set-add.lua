-- Adds members to a sorted set or changes their scores, and sets its time to live, atomically.
-- KEYS[1]    the sorted set
-- ARGV[1]    seconds to live; '' leaves the time to live unchanged, 'never' removes it
-- ARGV[2]    the condition of ZADD: NX, XX, GT or LT; '' for none
-- ARGV[3..]  the score and the member, for each member
-- Returns { the number of new members and of changed scores; the number of new members }. WRONGTYPE when the key holds another
-- type.

-- @include chunks
-- @include set-ttl

local set = KEYS[1]
local ttl = ARGV[1]
local condition = ARGV[2]

local before = redis.pcall('ZCARD', set)
if type(before) == 'table' then return before end

local written = 0
for first, last in chunks(ARGV, 3) do
  -- The option CH may be repeated, so it also stands for no condition. Only the first command can fail, and nothing was
  -- written then.
  local reply = redis.pcall('ZADD', set, condition == '' and 'CH' or condition, 'CH', unpack(ARGV, first, last))
  if type(reply) == 'table' then return reply end
  written = written + reply
end

setTtl(set, ttl)
return { written, redis.call('ZCARD', set) - before }
