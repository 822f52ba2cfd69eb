-- Deletes a whole hash and counts what was in it.
-- KEYS[1]  the hash
-- Returns how many fields it had.

local hash = KEYS[1]

local fields = redis.pcall('HLEN', hash)
if type(fields) == 'number' then redis.call('UNLINK', hash) end
return fields
