-- Reads a part of a sorted set by ranks.
-- KEYS[1]  the sorted set
-- ARGV[1]  the first rank; negative counts from the end
-- ARGV[2]  the last rank, included; negative counts from the end
-- ARGV[3]  'reverse' orders by falling scores, '' by rising ones
-- ARGV[4]  the number of members of this range to skip
-- ARGV[5]  the most members to return
-- Returns { member, score, member, score, … }. WRONGTYPE when the key holds another type.

local set = KEYS[1]
local from = tonumber(ARGV[1])
local to = tonumber(ARGV[2])
local order = ARGV[3]
local offset = tonumber(ARGV[4])
local limit = tonumber(ARGV[5])

local count = redis.pcall('ZCARD', set)
if type(count) == 'table' then return count end

if from < 0 then from = math.max(count + from, 0) end
if to < 0 then to = count + to end
local first = from + offset
local last = math.min(to, count - 1, first + limit - 1)
if first > last then return {} end

if order == 'reverse' then return redis.call('ZRANGE', set, first, last, 'REV', 'WITHSCORES') end
return redis.call('ZRANGE', set, first, last, 'WITHSCORES')
