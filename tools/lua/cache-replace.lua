-- Sets a key and its time to live when the key holds an expected text. Voids its stale copy.
-- KEYS[1]  the key
-- KEYS[2]  its lease
-- ARGV[1]  the expected text
-- ARGV[2]  the new text
-- ARGV[3]  seconds to live, or 'never'
-- Returns 1, or 0 when the key is absent or holds another text. WRONGTYPE when the key holds another type.

-- @include void-lease

local key = KEYS[1]
local lease = KEYS[2]
local expected = ARGV[1]
local text = ARGV[2]
local ttl = ARGV[3]

local stored = redis.pcall('GET', key)
if type(stored) == 'table' then return stored end
if stored ~= expected then return 0 end

if ttl == 'never' then
  redis.call('SET', key, text)
else
  redis.call('SET', key, text, 'EX', ttl)
end
voidLease(key, lease, 1000000)
return 1
