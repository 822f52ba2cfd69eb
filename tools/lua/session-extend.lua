-- Sets how long a session has left to live, shorter too.
-- KEYS[1]  the session
-- ARGV[1]  seconds to live, or 'never'
-- Returns 1, or 0 when there is no such session.

local session = KEYS[1]
local ttl = ARGV[1]

if ttl ~= 'never' then return redis.call('EXPIRE', session, ttl) end
-- PERSIST also answers 0 to a session that lives for ever already.
if redis.call('PERSIST', session) == 1 then return 1 end
return redis.call('EXISTS', session)
