-- Deletes a value, and voids its lease and its stale copy.
-- KEYS[1]  the value
-- KEYS[2]  its lease
-- Returns 1 when there was a value; 2 when there was only a lease or a stale copy; 0 when there was nothing.

-- @include void-lease

local key = KEYS[1]
local lease = KEYS[2]

local deleted = redis.call('UNLINK', key)
-- One of the callers that wait gets the next lease.
local voided = voidLease(key, lease, 1)
return deleted == 1 and 1 or voided * 2
