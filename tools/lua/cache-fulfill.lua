-- Stores the value that the holder of a lease has computed, and ends the lease.
-- KEYS[1]  the value
-- KEYS[2]  its lease
-- ARGV[1]  the token of the holder
-- ARGV[2]  the text of the value
-- ARGV[3]  seconds to live, or 'never'
-- ARGV[4]  how many seconds after that the value may be served as stale
-- Returns 1, or 0 when the lease has ended, is another one, or there is a value.

-- @include server-ms
-- @include wake-cache

local key = KEYS[1]
local lease = KEYS[2]
local token = ARGV[1]
local text = ARGV[2]
local ttl = ARGV[3]
local staleFor = tonumber(ARGV[4])

local now = serverMs()
local held = redis.call('HMGET', lease, 'token', 'ends_at')
if held[1] ~= token or tonumber(held[2]) <= now then return 0 end

-- A program that writes the key without these scripts voids the lease too, as long as its value lives.
if ttl == 'never' then
  if not redis.call('SET', key, text, 'NX') then return 0 end
else
  if not redis.call('SET', key, text, 'EX', ttl, 'NX') then return 0 end
end

redis.call('UNLINK', lease)
if ttl ~= 'never' and staleFor > 0 then
  local staleUntil = string.format('%.0f', now + (ttl + staleFor) * 1000)
  redis.call('HSET', lease, 'copy', text, 'stale_until', staleUntil)
  redis.call('PEXPIREAT', lease, staleUntil)
end
wakeCache(key, 1000000)
return 1
