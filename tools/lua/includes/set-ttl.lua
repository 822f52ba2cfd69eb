-- Sets the time to live of a key.
-- ttl  seconds to live; '' leaves the time to live unchanged, 'never' removes it
local function setTtl(key, ttl)
  if ttl == 'never' then
    redis.call('PERSIST', key)
  elseif ttl ~= '' then
    redis.call('EXPIRE', key, ttl)
  end
end
