-- Reads a session and its time to live, atomically.
-- KEYS[1]  the session
-- Returns { milliseconds to live (-1 for ever), { field, value, … } }, or nil for an absent session. WRONGTYPE when the
-- key holds another type.

-- @include session-revision

local session = KEYS[1]

local revision, failure = sessionRevision(session)
if not revision then return failure end
return { redis.call('PTTL', session), redis.call('HGETALL', session) }
