-- Records how a call ended that a circuit breaker watches.
-- KEYS[1]  the failures, a sorted set: token → its Unix millisecond
-- KEYS[2]  the state
-- ARGV[1]  the token of the call
-- ARGV[2]  'failed', 'worked', or 'unknown' when the call says nothing about the action
-- ARGV[3]  how many failures open the breaker
-- ARGV[4]  within how many milliseconds
-- ARGV[5]  for how many milliseconds it stays open
-- ARGV[6]  for how many milliseconds after that the state is kept
-- Returns 'open' or 'closed', the state afterwards.

-- @include server-ms

local failures = KEYS[1]
local state = KEYS[2]
local token = ARGV[1]
local ending = ARGV[2]
local most = tonumber(ARGV[3])
local withinMs = tonumber(ARGV[4])
local openMs = tonumber(ARGV[5])
local keepMs = tonumber(ARGV[6])

local function open(now)
  redis.call('HSET', state, 'open_until', string.format('%.0f', now + openMs))
  redis.call('PEXPIRE', state, openMs + keepMs)
  redis.call('HDEL', state, 'probe', 'probe_until')
  redis.call('DEL', failures)
  return 'open'
end

local now = serverMs()
if redis.call('EXISTS', state) == 1 then
  -- Calls that began before the breaker opened say nothing about the action now.
  if redis.call('HGET', state, 'probe') ~= token then return 'open' end
  if ending == 'failed' then return open(now) end
  if ending == 'unknown' then
    redis.call('HDEL', state, 'probe', 'probe_until')
    return 'open'
  end
  redis.call('DEL', failures, state)
  return 'closed'
end

if ending ~= 'failed' then return 'closed' end
redis.call('ZADD', failures, string.format('%.0f', now), token)
redis.call('ZREMRANGEBYSCORE', failures, '-inf', string.format('%.0f', now - withinMs))
redis.call('PEXPIRE', failures, withinMs)
if redis.call('ZCARD', failures) < most then return 'closed' end
return open(now)
