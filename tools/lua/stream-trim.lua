-- Removes the oldest events of a stream.
-- KEYS[1]  the stream
-- ARGV[1]  the greatest length that is left; '' for any
-- ARGV[2]  the least id that is left; '' for any
-- Returns the number of events that were removed. WRONGTYPE when the key holds another type.

local stream = KEYS[1]
local maxLength = ARGV[1]
local minId = ARGV[2]

local removed = 0
if minId ~= '' then
  removed = redis.pcall('XTRIM', stream, 'MINID', '=', minId)
  if type(removed) == 'table' then return removed end
end
if maxLength == '' then return removed end
local more = redis.pcall('XTRIM', stream, 'MAXLEN', '=', maxLength)
-- Only the first command can fail.
return type(more) == 'table' and more or removed + more
