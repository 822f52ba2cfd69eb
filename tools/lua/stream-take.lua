-- Takes events for a consumer of a group: first those that a consumer took and did not acknowledge in time, then new ones.
--
-- KEYS[1]  the stream
-- ARGV[1]  the group; it is created when it is missing
-- ARGV[2]  the consumer
-- ARGV[3]  the most events to take
-- ARGV[4]  milliseconds after which an event that is not acknowledged is taken again
-- ARGV[5]  where a missing group begins: an id, or '$' for the end of the stream
-- ARGV[6]  '1' when the caller waits for events, else ''
-- Returns { how many events were taken or lost; the entries of events that were taken again, each with the number of its
-- deliveries; the entries of new events; the id up to which new events were delivered before; the number of events that were
-- removed from the stream before they were acknowledged; milliseconds until an event can be taken again, or -1 }, or { 0 } when
-- there is no stream. WRONGTYPE when the key holds another type.

-- @include info-of
-- @include stream-about

local stream = KEYS[1]
local group = ARGV[1]
local consumer = ARGV[2]
local count = tonumber(ARGV[3])
local minIdle = tonumber(ARGV[4])
local from = ARGV[5]
local waits = ARGV[6] == '1'
local ROUNDS = 20 -- each looks at up to ten times the wanted number of entries
local MANY_CONSUMERS = 100
local DUE_ENTRIES = 100

local again, fresh, lost = {}, {}, 0

-- Returns what XINFO GROUPS says about the group, nil when it is missing, and an error reply for a key of another type.
local function readGroup()
  local reply = redis.pcall('XINFO', 'GROUPS', stream)
  if reply.err then return nil, not string.find(reply.err, 'no such key', 1, true) and reply end
  for _, fields in ipairs(reply) do
    local info = infoOf(fields)
    if info['name'] == group then return info end
  end
end

local function pendingRows(first, last, most)
  return redis.call('XPENDING', stream, group, first, last, most)
end

-- Takes one event that is idle. An event that was removed from the stream is acknowledged.
local function claim(id)
  local entry = redis.call('XCLAIM', stream, group, consumer, 0, id)[1]
  if entry then
    again[#again + 1] = { entry, pendingRows(id, id, 1)[1][4] }
  else
    redis.call('XACK', stream, group, id) -- Redis 7 has done it
    lost = lost + 1
  end
end

-- Takes idle events from an id on. Returns the id where it stopped before the end, with fewer events than wanted.
local function claimFrom(start)
  for _ = 1, ROUNDS do
    local wanted = count - #again
    local reply = redis.call('XAUTOCLAIM', stream, group, consumer, minIdle, start, 'COUNT', wanted, 'JUSTID')
    for _, id in ipairs(reply[2]) do claim(id) end
    lost = lost + #(reply[3] or {}) -- Redis 7 has acknowledged those that were removed
    start = reply[1]
    if start == '0-0' or #again == count then return nil end
  end
  return start
end

-- Removes consumers that hold no event and have not taken any for a while. They are created again when they take.
local function removeConsumers()
  for _, fields in ipairs(redis.call('XINFO', 'CONSUMERS', stream, group)) do
    local info = infoOf(fields)
    if info['pending'] == 0 and info['idle'] >= minIdle and info['name'] ~= consumer then
      redis.call('XGROUP', 'DELCONSUMER', stream, group, info['name'])
    end
  end
end

local about, failure = readGroup()
if failure then return failure end
if not about then
  local last = streamAbout(stream)
  -- A group at the end of a stream must exist before the first event. Any other one can be created later.
  if not last and from ~= '$' then return { 0 } end
  local reply = redis.pcall('XGROUP', 'CREATE', stream, group, from, 'MKSTREAM')
  if reply.err then return reply end
  about = { pending = 0, consumers = 0, ['last-delivered-id'] = from == '$' and (last or '0-0') or from }
end

local time = redis.call('TIME')
if about['pending'] > 0 then
  local stopped = claimFrom('0-0')
  if stopped then
    -- Many events are being worked on. A second place, which the clock chooses, finds idle events behind them too.
    local low = tonumber(string.match(stopped, '^%d+'))
    local high = tonumber(string.match(about['last-delivered-id'], '^%d+'))
    claimFrom(string.format('%.0f-0', low + math.max(0, high - low) * time[2] / 1000000))
  end
end
if #again < count then
  local reply = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', count - #again, 'STREAMS', stream, '>')
  fresh = reply and reply[1][2] or {}
end
if about['consumers'] >= MANY_CONSUMERS and time[2] % about['consumers'] == 0 then removeConsumers() end

local due = -1
if waits and #again + #fresh == 0 then
  for _, row in ipairs(pendingRows('-', '+', DUE_ENTRIES)) do
    local left = math.max(0, minIdle - row[3])
    if due < 0 or left < due then due = left end
  end
end
return { #again + #fresh + lost, again, fresh, about['last-delivered-id'], lost, due }
