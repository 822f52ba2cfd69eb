-- Reads the events of a stream after an id.
-- KEYS[1]  the stream
-- ARGV[1]  the id; '$' reads nothing
-- ARGV[2]  the most events to read
-- Returns { the entries; without entries, the id of the newest event that the stream ever had or 0-0, else '' }. WRONGTYPE when the
-- key holds another type.

-- @include stream-about

local stream = KEYS[1]
local after = ARGV[1]
local count = ARGV[2]

if after ~= '$' then
  local entries = redis.pcall('XRANGE', stream, '(' .. after, '+', 'COUNT', count)
  if entries.err or #entries > 0 then return entries.err and entries or { entries, '' } end
end
local last, _, _, failure = streamAbout(stream)
return failure or { {}, last or '0-0' }
