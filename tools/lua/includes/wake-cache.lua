-- Publishes how many of the callers that wait for a cached value can go on. Their channel is <namespace>:wake:cache:<name> for
-- the key <namespace>:cache:<name>. It is no argument, because that would cost every write more than it costs here.
local function wakeCache(key, waiters)
  local channel = string.gsub(key, ':', ':wake:', 1)
  redis.pcall('PUBLISH', channel, waiters)
end
