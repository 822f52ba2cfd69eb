-- Reads a page of the jobs of one state. Their order is that of the scores, then of the ids.
-- KEYS[1]  the set of the state
-- KEYS[2]  the hash of the queue
-- ARGV[1]  the most jobs to read
-- ARGV[2]  the score of the last job of the previous page; '' for the first page
-- ARGV[3]  its id
-- Returns { 1 when there are more jobs, else 0; then each job: { id, payload, score, place, attempt, most attempts, when it was
-- added, the last error or '' } }.

-- @include queue-describe
-- @include queue-parse-job

local set = KEYS[1]
local jobs = KEYS[2]
local limit = tonumber(ARGV[1])
local lastScore = tonumber(ARGV[2])
local lastId = ARGV[3]

-- Returns the rank of the first job after the previous page, by binary search: that page's last job may be gone, and many
-- jobs may have its score.
local function firstRank()
  local low, high = 0, redis.call('ZCARD', set)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local entry = redis.call('ZRANGE', set, middle, middle, 'WITHSCORES')
    local score = tonumber(entry[2])
    local isAfter = score > lastScore or (score == lastScore and entry[1] > lastId)
    if isAfter then high = middle else low = middle + 1 end
  end
  return low
end

local first = lastScore and firstRank() or 0
local page = redis.call('ZRANGE', set, first, first + limit, 'WITHSCORES')
local reply = { #page > 2 * limit and 1 or 0 }
for at = 1, math.min(#page, 2 * limit), 2 do
  local id = page[at]
  local stored = redis.call('HMGET', jobs, id, id .. ':payload')
  if stored[1] and stored[2] then
    reply[#reply + 1] = describe(id, stored[2], page[at + 1], parseJob(stored[1]))
  end
end
return reply
