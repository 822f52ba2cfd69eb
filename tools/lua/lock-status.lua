-- Reads who holds a lock.
-- KEYS[1]  the lock
-- Returns { milliseconds of the lease (at most 0 when nobody holds the lock), label of the holder, last fence as text ('0' for none) }.
-- WRONGTYPE when the key holds another type.

-- @include read-lock

local held, failure = readLock(KEYS[1])
if not held then return failure end
return { held.left, held.owner, string.format('%.0f', held.fence) }
