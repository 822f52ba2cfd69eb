-- Adds a key to the index of the keys of an identifier, a sorted set: the score of an entry is a time in Unix milliseconds
-- until which its key may exist. Both are kept for twice as long as needed, and at least for a minute longer, so that most calls
-- change nothing here. A server that is out of memory must have refused a write of the script before.
-- index  the index: the beginning of the name of each key, before a colon
-- key    the key
-- now    Unix milliseconds
-- last   when the key expires, in Unix milliseconds
local function indexRate(index, key, now, last)
  local name = string.sub(key, #index + 2)
  local known = redis.call('ZSCORE', index, name)
  if known and tonumber(known) >= last then return end
  redis.call('ZADD', index, string.format('%.0f', last + math.max(last - now, 60000)), name)
  -- A few entries at a time: each new one removes up to ten whose keys are gone.
  local gone = redis.call('ZRANGEBYSCORE', index, '-inf', string.format('%.0f', now), 'LIMIT', 0, 10)
  if gone[1] then redis.call('ZREM', index, unpack(gone)) end
  redis.call('PEXPIREAT', index, string.format('%.0f', redis.call('ZRANGE', index, -1, -1, 'WITHSCORES')[2]))
end
