-- Sets the time to live of a session. The new one may be shorter.
-- KEYS[1]  the session
-- ARGV[1]  seconds to live, or 'never'
-- Returns 1, or 0 when there is no such session. WRONGTYPE when the key holds another type.

local session = KEYS[1]
local ttl = ARGV[1]

local revision = redis.pcall('HGET', session, 'revision')
if type(revision) == 'table' then return revision end
-- A hash of another program has no revision, or one that is not a positive integer.
if not revision or #revision > 15 or not string.find(revision, '^[1-9]%d*$') then return 0 end

if ttl ~= 'never' then return redis.call('EXPIRE', session, ttl) end
redis.call('PERSIST', session) -- its reply is 0 when the session had no expiry
return 1
