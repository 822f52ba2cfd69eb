-- Removes jobs that are done from a queue.
-- KEYS[1]    the ready jobs
-- KEYS[2]    the taken jobs
-- KEYS[3]    the hash of the queue
-- KEYS[4]    how the keys of deduplication ids begin
-- ARGV[1..]  receipts, distinct, at most 1000
-- Returns { the number of jobs; { the receipts that are not valid } }.

-- @include queue-held
-- @include queue-forget

local ready = KEYS[1]
local taken = KEYS[2]
local jobs = KEYS[3]
local dedup = KEYS[4]

local ids, held, stale = heldBy(jobs, { unpack(ARGV, 1) })
if #ids == 0 then return { 0, stale } end

if redis.call('ZREM', taken, unpack(ids)) < #ids then redis.call('ZREM', ready, unpack(ids)) end
for index, job in ipairs(held) do
  -- The deduplication id may have expired and belong to another job.
  if job.dedup and redis.call('GET', dedup .. job.dedup) == ids[index] then
    redis.call('SET', dedup .. job.dedup, ids[index] .. ' done', 'XX', 'KEEPTTL')
  end
end
forget(jobs, ids)
return { #ids, stale }
