-- Acquires a lock that nobody holds, and gives it a fence that is greater than all before.
-- KEYS[1]  the lock
-- ARGV[1]  a token that nobody has used
-- ARGV[2]  the length of the lease in milliseconds
-- ARGV[3]  a label of the holder; '' for none
-- Returns { 1, token, fence as text, milliseconds of the lease, label }, and besides the end of the lease in Unix milliseconds, and true when
-- an earlier call with the same idempotency key acquired it; or { 0, milliseconds that are left of the lease, label } when the lock is held.
-- WRONGTYPE when the key holds another type.

-- @include read-lock
-- @include hold-lock

-- The reply that an earlier call with the same idempotency key got.
local kept = ARGV.kept
local lock = KEYS[1]
local token = ARGV[1]
local leaseMs = tonumber(ARGV[2])
local owner = ARGV[3]

local held, failure = readLock(lock)
if not held then return failure end
if held.left > 0 then
  if not kept or kept[2] ~= held.token then return { 0, held.left, held.owner } end
  local reply = { 1, held.token, string.format('%.0f', held.fence), held.left, held.owner }
  return reply, held.nowMs + held.left, true
end

-- The clock keeps the fence growing when the server has lost the key.
local fence = string.format('%.0f', math.max(held.fence + 1, held.nowUs))
local untilMs = holdLock(lock, held.nowMs, leaseMs, 'token', token, 'owner', owner, 'fence', fence)
return { 1, token, fence, leaseMs, owner }, untilMs
