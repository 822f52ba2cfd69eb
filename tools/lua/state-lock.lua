-- Reads how long a lock is still held.
-- KEYS[1]  the lock, a hash
-- Returns milliseconds, 0 when it is not held.

local lock = KEYS[1]

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
return math.max(0, (tonumber(redis.call('HGET', lock, 'until_ms')) or 0) - now)
