-- Reads the rank and the score of a member of a sorted set.
-- KEYS[1]  the sorted set
-- ARGV[1]  the member
-- ARGV[2]  'reverse' counts from the highest score, '' from the lowest
-- Returns { the rank; the score }; nil when the set has no such member. WRONGTYPE when the key holds another type.

local set = KEYS[1]
local member = ARGV[1]
local order = ARGV[2]

local score = redis.pcall('ZSCORE', set, member)
if type(score) == 'table' then return score end
if not score then return nil end

if order == 'reverse' then return { redis.call('ZREVRANK', set, member), score } end
return { redis.call('ZRANK', set, member), score }
