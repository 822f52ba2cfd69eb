-- Makes jobs of a queue dead, and removes dead jobs beyond the newest 1,000 and those that are too old.
-- dead    the dead jobs, by the time of their death
-- jobs    the hash of the queue
-- now     the time in Unix milliseconds
-- ids     the ids of the jobs, at most 1000
-- buried  their metadata

-- @include queue-forget
-- @include queue-kept-ms
-- @include queue-job-text

local function bury(dead, jobs, now, ids, buried)
  local MOST = 1000
  local OLD = 100 -- how many old ones are removed at a time
  local scores, fields = {}, {}
  for index, id in ipairs(ids) do
    buried[index].token = nil
    scores[2 * index - 1], scores[2 * index] = now, id
    fields[2 * index - 1], fields[2 * index] = id, jobText(buried[index])
  end
  if #ids > 0 then
    redis.call('ZADD', dead, unpack(scores))
    redis.call('HSET', jobs, unpack(fields))
  end
  local over = redis.call('ZCARD', dead) - MOST
  local removed = over > 0 and redis.call('ZRANGE', dead, 0, over - 1)
    or redis.call('ZRANGEBYSCORE', dead, '-inf', now - keptMs(), 'LIMIT', 0, OLD)
  if #removed > 0 then
    redis.call('ZREM', dead, unpack(removed))
    forget(jobs, removed)
  end
end
