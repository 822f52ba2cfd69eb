-- Sets how long a key lives.
-- ttl  seconds to live; '' leaves it as it is, 'never' makes it persistent
local function setTtl(key, ttl)
  if ttl == 'never' then
    redis.call('PERSIST', key)
  elseif ttl ~= '' then
    redis.call('EXPIRE', key, ttl)
  end
end
