-- Adds to the score of a member of a sorted set. A new member begins at 0.
-- KEYS[1]  the sorted set
-- ARGV[1]  the member
-- ARGV[2]  the number to add, finite
-- Returns the new score as text. WRONGTYPE when the key holds another type, CONFLICT when the sum is not finite.

local set = KEYS[1]
local member = ARGV[1]
local by = ARGV[2]

local score = redis.pcall('ZSCORE', set, member)
if type(score) == 'table' then return score end

-- Redis would write an infinite score. Only for a finite number is this difference 0.
local sum = tonumber(score or '0') + tonumber(by)
if sum - sum ~= 0 then return redis.error_reply('CONFLICT The sum is not a finite number') end

return redis.call('ZINCRBY', set, by, member)
