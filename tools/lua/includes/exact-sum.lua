-- Adds to a stored integer. Both and the sum are within ±2^53, the range that every JSON parser keeps exactly.
-- text  the stored text; false counts as 0
-- by    the number to add, an integer within ±2^53
-- what  the name of the stored integer in messages
-- Returns the sum and the stored integer. On failure, the sum is nil, and the third result is an error reply: WRONGTYPE
-- when the text is not an integer, CONFLICT when the sum leaves the range. A stored integer out of range is nil too.
local function exactSum(text, by, what)
  local MOST = 9007199254740992
  local MOST_DIGITS = '9007199254740992'
  local digits = string.match(text or '0', '^-?([1-9]%d*)$')
  if not digits and text and text ~= '0' then
    return nil, nil, redis.error_reply('WRONGTYPE The ' .. what .. ' is not an integer')
  end
  local conflict = redis.error_reply('CONFLICT The sum is outside -9007199254740992 to 9007199254740992')
  -- The digits are compared as text, because 2^53 + 1 and 2^53 are the same number in Lua.
  if digits and (#digits > #MOST_DIGITS or (#digits == #MOST_DIGITS and digits > MOST_DIGITS)) then
    return nil, nil, conflict
  end
  local value = tonumber(text or '0')
  -- The range is checked before adding: these differences are exact, but the sum could be rounded into the range.
  if (by > 0 and value > MOST - by) or (by < 0 and value < -MOST - by) then return nil, value, conflict end
  return value + by, value
end
