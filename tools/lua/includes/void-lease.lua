-- Removes the lease and the stale copy of a cached value that was written or deleted, and wakes callers that wait for it.
-- key      the key of the value
-- lease    the key of the lease and the copy
-- waiters  how many callers can go on now; 1000000 for all
-- Returns 1, or 0 when there was no lease and no copy.

-- @include wake-cache

local function voidLease(key, lease, waiters)
  local voided = redis.call('UNLINK', lease)
  if voided == 1 then wakeCache(key, waiters) end
  return voided
end
