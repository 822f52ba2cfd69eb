-- Returns the field that holds the token of a flight, 'flight' or 'oldest'. Returns nil when the flight has ended, or is between them.
local function fieldOfFlight(entry, token, now)
  local found = redis.call('HMGET', entry, 'flight', 'flight_until', 'oldest', 'oldest_until')
  if found[1] == token and tonumber(found[2]) > now then return 'flight' end
  if found[3] == token and tonumber(found[4]) > now then return 'oldest' end
end
