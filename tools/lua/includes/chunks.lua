-- Iterates over a long list in chunks: the first and the last index of each chunk.
local function chunks(list, start)
  local SIZE = 4000 -- unpack accepts at most 8000 values; an even number keeps the pairs together
  return function(_, first)
    first = first and first + SIZE or start
    if first <= #list then return first, math.min(first + SIZE - 1, #list) end
  end
end
