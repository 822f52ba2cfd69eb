-- Sets the time to live of a session. The new one may be shorter.
-- KEYS[1]  the session
-- ARGV[1]  seconds to live, or 'never'
-- Returns 1, or 0 when there is no such session. WRONGTYPE when the key holds another type.

-- @include session-revision

local session = KEYS[1]
local ttl = ARGV[1]

local revision, failure = sessionRevision(session)
if not revision then return failure or 0 end

if ttl ~= 'never' then return redis.call('EXPIRE', session, ttl) end
redis.call('PERSIST', session) -- its reply is 0 when the session had no expiry
return 1
