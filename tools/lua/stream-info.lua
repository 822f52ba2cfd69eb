-- Reads the state of a stream and of its groups.
-- KEYS[1]  the stream
-- Returns { its length; the id of its oldest event, or ''; the id of the newest event that it ever had, or 0-0; and for each group its
-- name, the number of pending events, and the id up to which it was delivered }. WRONGTYPE when the key holds another type.

-- @include info-of
-- @include stream-about

local stream = KEYS[1]

local last, length, first, failure = streamAbout(stream)
if failure then return failure end
if not last then return { 0, '', '0-0' } end
local reply = { length, first and first[1] or '', last }
for _, fields in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  local info = infoOf(fields)
  reply[#reply + 1] = { info['name'], info['pending'], info['last-delivered-id'] }
end
return reply
