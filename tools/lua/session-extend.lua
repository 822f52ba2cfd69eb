-- Sets how long a session has left to live, shorter too.
-- KEYS[1]  the session
-- ARGV[1]  seconds to live, or 'never'
-- Returns 1, or 0 when there is no such session.

-- @include session-revision

local session = KEYS[1]
local ttl = ARGV[1]

local revision, failure = sessionRevision(session)
if not revision then return failure or 0 end

if ttl ~= 'never' then return redis.call('EXPIRE', session, ttl) end
redis.call('PERSIST', session) -- answers 0 to a session that lives for ever already
return 1
