-- Removes the lease and the stale copy of a cached value, because the value was written or deleted.
-- lease    the key of both
-- channel  the channel of the callers that wait for the value
-- waiters  how many of them can go on now
-- Returns 1, or 0 when there was no lease and no copy.
local function voidLease(lease, channel, waiters)
  local voided = redis.call('UNLINK', lease)
  if voided == 1 then redis.pcall('PUBLISH', channel, waiters) end
  return voided
end
