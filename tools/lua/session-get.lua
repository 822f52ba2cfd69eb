-- Reads a session and its time to live, atomically.
-- KEYS[1]  the session
-- Returns { milliseconds to live (-1 for ever), { field, value, … } }, or nil for an absent session. WRONGTYPE when the
-- key holds another type.

local session = KEYS[1]

local revision = redis.pcall('HGET', session, 'revision')
if type(revision) == 'table' then return revision end
-- A hash of another program has no revision, or one that is not a positive integer.
if not revision or #revision > 15 or not string.find(revision, '^[1-9]%d*$') then return nil end
return { redis.call('PTTL', session), redis.call('HGETALL', session) }
