-- Runs the body of a script once for each idempotency key, and keeps its reply in the same execution. lib/redis/idempotent.ts puts
-- the body of another script where @body stands, and adds one key and four arguments to its own:
-- the last key       the record of the idempotency key
-- the last argument  'always' keeps each reply and writes the record before the effect; '' keeps a reply that changed something
-- before it          the size in bytes above which a reply is refused before its effect
-- before it          milliseconds to keep the record
-- before it          the fingerprint of the call
-- The body gets its keys and arguments, the reply that a record holds of a lease, and the size. For a lease it returns besides
-- its reply the Unix millisecond at which the lease ends, and true when it is the lease of the record.
-- Returns { 1 when the reply comes from the record, else 0; the reply }. CONFLICT when the record is of another call; the
-- error replies of the body.

-- @include idempotency-entry

local always = table.remove(ARGV) == 'always'
local size = tonumber(table.remove(ARGV))
local keepMs = table.remove(ARGV)
local fingerprint = table.remove(ARGV)
local record = table.remove(KEYS)

local function body(KEYS, ARGV, ...)
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
local kept
if kind == 'l' then kept = cmsgpack.unpack(text) end
-- PUBLISH is no write for Redis, so a server that is out of memory would refuse the record after it.
if always then redis.call('SET', record, fingerprint, 'PX', keepMs) end

local reply, finish, isKept = body(KEYS, ARGV, kept, size)
if type(reply) == 'table' and reply.err then
  if always then redis.call('DEL', record) end
  return reply
end
if always or changed(reply) then
  local value = fingerprint .. (finish and 'l' or 'r') .. cmsgpack.pack(reply)
  if finish then
    redis.call('SET', record, value, 'PXAT', string.format('%.0f', finish))
  else
    redis.call('SET', record, value, 'PX', keepMs)
  end
end
return { isKept and 1 or 0, reply or false }
