-- Reads a session and its time to live at one moment.
-- KEYS[1]  the session
-- Returns { milliseconds to live (-1 for ever), { field, value, … } }, or nil when there is none.

local session = KEYS[1]

-- A hash that somebody else left here has no revision.
local revision = redis.pcall('HGET', session, 'revision')
if type(revision) ~= 'string' then return revision end
return { redis.call('PTTL', session), redis.call('HGETALL', session) }
