-- Sets the end of the visibility of taken jobs, from now on. It may be earlier than before.
-- KEYS[1]    the ready jobs
-- KEYS[2]    the taken jobs, by the end of their visibility
-- KEYS[3]    the hash of the queue
-- ARGV[1]    the channel of waiters
-- ARGV[2]    the visibility in milliseconds
-- ARGV[3..]  receipts, distinct, at most 1000
-- Returns { the number of jobs; the end of their visibility; { the receipts that are not valid } }.

-- @include queue-held
-- @include queue-soon
-- @include server-ms

local ready = KEYS[1]
local taken = KEYS[2]
local jobs = KEYS[3]
local channel = ARGV[1]
local visibility = tonumber(ARGV[2])

local ids, _, stale = heldBy(jobs, { unpack(ARGV, 3) })
if #ids == 0 then return { 0, 0, stale } end

local ends = serverMs() + visibility
local scores = {}
for index, id in ipairs(ids) do
  scores[2 * index - 1], scores[2 * index] = ends, id
end
-- A job whose visibility has ended may be ready again. The removal also lets a server that is out of memory go on.
redis.call('ZREM', ready, unpack(ids))
redis.call('ZADD', taken, unpack(scores))
if isSoon(visibility) then redis.pcall('PUBLISH', channel, 1) end
return { #ids, ends, stale }
