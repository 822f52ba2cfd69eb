-- Iterates over a long list in parts that unpack takes: the first and the last index of each part.
local function chunks(list, start)
  local SIZE = 4000 -- unpack takes less than 8000; even, so that a field and its value stay together
  return function(_, first)
    first = first and first + SIZE or start
    if first <= #list then return first, math.min(first + SIZE - 1, #list) end
  end
end
