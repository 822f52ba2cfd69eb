-- Reads what XINFO STREAM says about a stream.
-- Returns the id of the newest event that it ever had, its length, and its oldest entry or false; nil when there is no
-- stream, and for a key of another type an error reply as the fourth result.

-- @include info-of

local function streamAbout(stream)
  local reply = redis.pcall('XINFO', 'STREAM', stream)
  if reply.err then
    return nil, 0, false, not string.find(reply.err, 'no such key', 1, true) and reply or nil
  end
  local info = infoOf(reply)
  return info['last-generated-id'], info['length'], info['first-entry']
end
