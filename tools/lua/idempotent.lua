-- Runs the body of a script once for each idempotency key, and keeps its reply in the same execution. lib/redis/idempotent.ts puts
-- the body of another script where @body stands, and adds a key and an argument to its own:
-- the last key       the record of the idempotency key
-- the last argument  the fingerprint of the call, 64 characters, and milliseconds to keep the record
-- The body gets its keys and arguments. ARGV.kept is the reply that a record holds of a lease, and ARGV.limit the size in bytes above
-- which a reply must be refused before its effect: a script that Redis 6.2 runs by itself cannot read them as `...`. For a lease it
-- returns besides its reply the Unix millisecond at which the lease ends, and true when it is the lease of the record. A body
-- without keys publishes: its reply is kept even when it is 0.
-- Returns { 1 when the reply comes from the record, 0 when it is kept now, 2 when it changed nothing; the reply }. CONFLICT when
-- the record is of another call; the error replies of the body.

-- @include idempotency-entry

local SIZE = 65536

local call = table.remove(ARGV)
local fingerprint = string.sub(call, 1, 64)
local keepMs = string.sub(call, 65)
local record = table.remove(KEYS)
local publishes = #KEYS == 0

local function body(KEYS, ARGV)
-- @body
end

-- Returns false for 0, nil, an empty array, and an array that begins with one of these.
local function changed(reply)
  if type(reply) ~= 'table' then return reply and reply ~= 0 end
  return reply.ok ~= nil or changed(reply[1])
end

local kind, text, failure = idempotencyEntry(record, fingerprint)
if failure then return failure end
if kind == 'r' then return { 1, cmsgpack.unpack(text) or false } end
if kind == 'l' then ARGV.kept = cmsgpack.unpack(text) end
ARGV.limit = SIZE
-- PUBLISH is no write for Redis, so a server that is out of memory would refuse the record after it.
if publishes then redis.call('SET', record, fingerprint, 'PX', keepMs) end

local reply, finish, isKept = body(KEYS, ARGV)
if type(reply) == 'table' and reply.err then
  if publishes then redis.call('UNLINK', record) end
  return reply
end
local state = 2
if publishes or changed(reply) then
  state = isKept and 1 or 0
  local value = fingerprint .. (finish and 'l' or 'r') .. cmsgpack.pack(reply)
  if finish then
    -- A lease of the record may need no write, so that a server that is out of memory refuses this one. The record then stays as it is.
    local set = isKept and redis.pcall or redis.call
    set('SET', record, value, 'PXAT', string.format('%.0f', finish))
  else
    redis.call('SET', record, value, 'PX', keepMs)
  end
end
return { state, reply or false }
