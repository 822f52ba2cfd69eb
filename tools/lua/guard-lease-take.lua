-- Takes one of a limited number of leases. Expired leases count no more.
-- KEYS[1]  the leases, a sorted set: token → its end in Unix milliseconds
-- ARGV[1]  how many leases there may be
-- ARGV[2]  the token of the new lease
-- ARGV[3]  how many milliseconds the lease lasts unless it is renewed
-- Returns { 1, 0 }, or { 0, milliseconds until the first lease ends } when all are taken.

-- @include server-ms

local leases = KEYS[1]
local limit = tonumber(ARGV[1])
local token = ARGV[2]
local leaseMs = tonumber(ARGV[3])

local now = serverMs()
local active = redis.call('ZCOUNT', leases, '(' .. string.format('%.0f', now), '+inf')
if active >= limit then
  local first = redis.call(
    'ZRANGEBYSCORE', leases, '(' .. string.format('%.0f', now), '+inf', 'WITHSCORES', 'LIMIT', 0, 1
  )
  return { 0, first[2] - now }
end
redis.call('ZADD', leases, string.format('%.0f', now + leaseMs), token)
redis.call('ZREMRANGEBYSCORE', leases, '-inf', string.format('%.0f', now))
if redis.call('PTTL', leases) < leaseMs then redis.call('PEXPIRE', leases, leaseMs) end
return { 1, 0 }
