-- Sets how long a session has left to live, shorter too.
-- KEYS[1]  the session
-- ARGV[1]  seconds to live, or 'never'
-- Returns 1, or 0 when there is no such session.

local session = KEYS[1]
local ttl = ARGV[1]

local revision = redis.pcall('HGET', session, 'revision')
if type(revision) == 'table' then return revision end
-- A hash that somebody else left here has no revision, or one that does not count.
if not revision or #revision > 15 or not string.find(revision, '^[1-9]%d*$') then return 0 end

if ttl ~= 'never' then return redis.call('EXPIRE', session, ttl) end
redis.call('PERSIST', session) -- answers 0 to a session that lives for ever already
return 1
