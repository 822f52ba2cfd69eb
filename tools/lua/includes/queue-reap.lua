-- Moves at most 100 jobs of a queue whose time has come: taken jobs whose visibility has ended, and delayed ones. They
-- become ready at their place, or dead when they were taken as often as they may be.
-- ready, delayed, taken, dead, jobs  the keys of the queue
-- now                                the time in Unix milliseconds

-- @include queue-bury
-- @include queue-jobs
-- @include queue-job-text

local function reap(ready, delayed, taken, dead, jobs, now)
  local MOST = 100
  local expired = redis.call('ZRANGEBYSCORE', taken, '-inf', now, 'LIMIT', 0, MOST)
  local due = #expired < MOST and redis.call('ZRANGEBYSCORE', delayed, '-inf', now, 'LIMIT', 0, MOST - #expired) or {}
  local scores, fields, ids, buried = {}, {}, {}, {}
  if #expired > 0 then
    -- A removal comes first: a server that is out of memory refuses no write after it, so that workers can go on.
    redis.call('ZREM', taken, unpack(expired))
    for index, job in ipairs(jobsOf(jobs, expired)) do
      local id = expired[index]
      if job then
        job.error = 'The visibility of attempt ' .. job.attempt .. ' ended'
        if job.attempt >= job.most then
          ids[#ids + 1] = id
          buried[#buried + 1] = job
        else
          scores[#scores + 1], scores[#scores + 2] = job.place, id
          fields[#fields + 1], fields[#fields + 2] = id, jobText(job)
        end
      end
    end
  end
  if #due > 0 then
    redis.call('ZREM', delayed, unpack(due))
    for index, job in ipairs(jobsOf(jobs, due)) do
      if job then scores[#scores + 1], scores[#scores + 2] = job.place, due[index] end
    end
  end
  if #fields > 0 then redis.call('HSET', jobs, unpack(fields)) end
  if #scores > 0 then redis.call('ZADD', ready, unpack(scores)) end
  bury(dead, jobs, now, ids, buried)
end
