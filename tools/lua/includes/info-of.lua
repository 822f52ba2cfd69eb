-- Returns a table of the names and values that XINFO replies one after the other.
local function infoOf(fields)
  local info = {}
  for at = 1, #fields, 2 do info[fields[at]] = fields[at + 1] end
  return info
end
