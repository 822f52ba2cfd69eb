-- Writes a value, and voids its lease and its stale copy.
-- KEYS[1]  the value
-- KEYS[2]  its lease
-- ARGV[1]  the text
-- ARGV[2]  seconds to live, or 'never'
-- ARGV[3]  NX writes only a new key, XX only an existing one; absent to write always
-- Returns 1, or 0 when the condition kept the value from being written.

-- @include void-lease

local key = KEYS[1]
local lease = KEYS[2]
local text = ARGV[1]
local ttl = ARGV[2]
local condition = ARGV[3]

-- The usual form needs no list of options, which would take a tenth of the time.
local stored
if ttl ~= 'never' and not condition then
  stored = redis.call('SET', key, text, 'EX', ttl)
else
  local options = { condition }
  if ttl ~= 'never' then options = { 'EX', ttl, condition } end
  stored = redis.call('SET', key, text, unpack(options))
end
if not stored then return 0 end
voidLease(key, lease, 1000000)
return 1
