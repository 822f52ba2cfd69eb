-- Sets the fields of a lock and the end of its lease. The key stays 30 days longer, so that the fence is kept.
-- Returns the end in Unix milliseconds.
local function holdLock(lock, nowMs, leaseMs, ...)
  local untilMs = nowMs + leaseMs
  redis.call('HSET', lock, 'until_ms', string.format('%.0f', untilMs), ...)
  redis.call('PEXPIREAT', lock, string.format('%.0f', untilMs + 2592000000))
  return untilMs
end
