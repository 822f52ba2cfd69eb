-- Returns how long a queue keeps a dead job, in milliseconds.
local function keptMs()
  return 7 * 24 * 3600 * 1000
end
