-- Adds to an integer within ±2^53, the range that every JSON parser keeps exactly. An absent key counts as 0. Voids the lease and
-- the stale copy.
-- KEYS[1]  the counter
-- KEYS[2]  its lease
-- ARGV[1]  the number to add, an integer within ±2^53
-- ARGV[2]  seconds to live; '' leaves the time to live unchanged, 'never' removes it
-- ARGV[3]  the least value that a negative step may reach; '' for any
-- ARGV[4]  the greatest value that a positive step may reach; '' for any
-- Returns { 1 when the step was applied, else 0, with nothing written; the value as text }. WRONGTYPE when the value is
-- not an integer, CONFLICT when the sum leaves the range.

-- @include exact-sum
-- @include set-ttl
-- @include void-lease

local counter = KEYS[1]
local lease = KEYS[2]
local by = tonumber(ARGV[1])
local ttl = ARGV[2]
local floor = by < 0 and tonumber(ARGV[3])
local ceiling = by > 0 and tonumber(ARGV[4])

local text = redis.pcall('GET', counter)
if type(text) == 'table' then return text end
local sum, value, failure = exactSum(text, by, 'value')
if not value then return failure end
-- A sum that leaves the range is beyond every bound.
local beyond = (floor and (not sum or sum < floor)) or (ceiling and (not sum or sum > ceiling))
if beyond then return { 0, string.format('%.0f', value) } end
if not sum then return failure end

redis.call('INCRBY', counter, string.format('%.0f', by))
setTtl(counter, ttl)
voidLease(counter, lease, 1000000)
-- The value is text, because node-redis rounds integer replies near 2^53.
return { 1, string.format('%.0f', sum) }
