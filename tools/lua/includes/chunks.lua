-- Iterates over a long list in chunks: the first and the last index of each chunk. `stop` is the last index of the list when
-- absent.
local function chunks(list, start, stop)
  local SIZE = 4000 -- unpack accepts at most 8000 values; an even number keeps the pairs together
  stop = stop or #list
  return function(_, first)
    first = first and first + SIZE or start
    if first <= stop then return first, math.min(first + SIZE - 1, stop) end
  end
end
