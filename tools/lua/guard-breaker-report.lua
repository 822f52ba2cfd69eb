-- Records how a call ended that a circuit breaker watches.
-- KEYS[1]  the failures, a sorted set: token → its Unix millisecond
-- KEYS[2]  the state
-- ARGV[1]  the token of the call
-- ARGV[2]  '1' when it failed
-- ARGV[3]  how many failures open the breaker
-- ARGV[4]  within how many milliseconds
-- ARGV[5]  for how many milliseconds it stays open
-- ARGV[6]  for how many milliseconds the state is kept
-- Returns 'open' or 'closed', the state afterwards.

-- @include server-ms

local failures = KEYS[1]
local state = KEYS[2]
local token = ARGV[1]
local hasFailed = ARGV[2] == '1'
local most = tonumber(ARGV[3])
local withinMs = tonumber(ARGV[4])
local openMs = tonumber(ARGV[5])
local keepMs = tonumber(ARGV[6])

local isProbe = redis.call('HGET', state, 'probe') == token
if not hasFailed then
  if not isProbe then return redis.call('EXISTS', state) == 1 and 'open' or 'closed' end
  redis.call('DEL', failures, state)
  return 'closed'
end

local now = serverMs()
local count = 0
if not isProbe then
  redis.call('ZADD', failures, string.format('%.0f', now), token)
  redis.call('ZREMRANGEBYSCORE', failures, '-inf', string.format('%.0f', now - withinMs))
  redis.call('PEXPIRE', failures, withinMs)
  count = redis.call('ZCARD', failures)
end
if not isProbe and count < most then return 'closed' end
redis.call('DEL', failures)
redis.call('HSET', state, 'open_until', string.format('%.0f', now + openMs))
redis.call('HDEL', state, 'probe', 'probe_until')
redis.call('PEXPIRE', state, keepMs)
return 'open'
