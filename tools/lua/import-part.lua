-- Adds a part of a structure to a temporary key, and gives it its name when it is whole.
-- KEYS[1]    the temporary key
-- KEYS[2]    the key
-- ARGV[1]    whole, first, more or last: which part this is
-- ARGV[2]    keep or replace: what happens when the key exists
-- ARGV[3]    when the structure expires, in Unix milliseconds; '' for never
-- ARGV[4]    the command that returns the size of the structure, such as LLEN
-- ARGV[5]    the size that the previous part returned; 0 for the first
-- ARGV[6..]  the commands: how many words follow, how many of them a server without the newer options takes, the
--            position of the key among the words, and the words without the key
-- Returns the state and the size: part; imported or replaced at the end; or existing or expired, with nothing written.
-- CONFLICT when the temporary key does not have what the previous parts wrote, and the error reply of a command.

-- @include chunks

local HOUR = 3600000 -- milliseconds; what an interrupted import leaves expires after it

local temporary = KEYS[1]
local key = KEYS[2]
local part = ARGV[1]
local replaces = ARGV[2] == 'replace'
local expiresAt = ARGV[3]
local sizeCommand = ARGV[4]
local expectedSize = tonumber(ARGV[5])

local isLast = part == 'whole' or part == 'last'
local exists = redis.call('EXISTS', key) == 1

if expiresAt ~= '' then
  local time = redis.call('TIME')
  if tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) >= tonumber(expiresAt) then
    redis.call('UNLINK', temporary)
    return { 'expired', 0 }
  end
end
if exists and not replaces then
  redis.call('UNLINK', temporary)
  return { 'existing', 0 }
end
if redis.call(sizeCommand, temporary) ~= expectedSize then
  redis.call('UNLINK', temporary)
  return redis.error_reply('CONFLICT A part of a structure was lost while it was imported')
end

local words = {}
for first, last in chunks(ARGV, 6) do
  for index = first, last do words[#words + 1] = ARGV[index] end
end
local at = 1
while at <= #words do
  local length = tonumber(words[at])
  local shorterLength = tonumber(words[at + 1])
  local command = { unpack(words, at + 3, at + 2 + length) }
  table.insert(command, tonumber(words[at + 2]), temporary)
  local reply = redis.pcall(unpack(command))
  if type(reply) == 'table' and reply.err and shorterLength < length then
    reply = redis.pcall(unpack(command, 1, shorterLength + 1))
  end
  if type(reply) == 'table' and reply.err then
    redis.call('UNLINK', temporary)
    return reply
  end
  at = at + 3 + length
end

local size = redis.call(sizeCommand, temporary)
if not isLast then
  redis.call('PEXPIRE', temporary, HOUR)
  return { 'part', size }
end
if expiresAt == '' then
  redis.call('PERSIST', temporary)
else
  redis.call('PEXPIREAT', temporary, expiresAt)
  -- The clock may have reached this time meanwhile.
  if redis.call('EXISTS', temporary) == 0 then return { 'expired', 0 } end
end
redis.call('RENAME', temporary, key)
return { exists and 'replaced' or 'imported', size }
