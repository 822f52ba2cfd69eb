-- Deletes a whole hash and counts its fields.
-- KEYS[1]  the hash
-- Returns the number of fields that it had. WRONGTYPE when the key holds another type.

local hash = KEYS[1]

local fields = redis.pcall('HLEN', hash)
if type(fields) == 'number' then redis.call('UNLINK', hash) end
return fields
