-- Deletes a session.
-- KEYS[1]  the session
-- Returns { 1; its owner, or '' when it has none }, or nil for an absent session.

local session = KEYS[1]

-- A key of another type has no owner.
local owner = redis.pcall('HGET', session, 'owner')
if redis.call('UNLINK', session) == 0 then return nil end
return { 1, type(owner) == 'string' and owner or '' }
