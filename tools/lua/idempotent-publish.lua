-- Publishes a message. lib/redis/idempotent.ts uses it as the body of idempotent.lua.
-- ARGV[1]  the channel
-- ARGV[2]  the message
-- ARGV[3]  the number to return, or '' for how many clients received the message
-- Returns that number.

local channel = ARGV[1]
local message = ARGV[2]
local answer = tonumber(ARGV[3])

local received = redis.pcall('PUBLISH', channel, message)
if type(received) == 'table' then return received end
return answer or received
