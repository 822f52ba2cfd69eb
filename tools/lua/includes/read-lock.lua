-- Reads a lock by the clock of the server.
-- Returns a table: token, owner ('' for none), fence (0 for none), left (milliseconds of the lease, at most 0 when nobody holds the lock), nowMs and
-- nowUs; or nil and an error reply when the key holds another type.
local function readLock(lock)
  local fields = redis.pcall('HMGET', lock, 'token', 'owner', 'fence', 'until_ms')
  if fields.err then return nil, fields end
  local time = redis.call('TIME')
  local nowUs = time[1] * 1000000 + time[2]
  local nowMs = math.floor(nowUs / 1000)
  return {
    token = fields[1],
    owner = fields[2] or '',
    fence = tonumber(fields[3]) or 0,
    left = (tonumber(fields[4]) or 0) - nowMs,
    nowMs = nowMs,
    nowUs = nowUs,
  }
end
