-- Returns the time of the server in Unix milliseconds.
local function serverMs()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
