-- Takes events for a consumer of a group: first those that a consumer took and did not acknowledge in time, then new ones.
--
-- KEYS[1]  the stream
-- ARGV[1]  the group; it is created when it is missing
-- ARGV[2]  the consumer
-- ARGV[3]  the most events to take
-- ARGV[4]  milliseconds after which an event that is not acknowledged is taken again
-- ARGV[5]  where a missing group begins: an id, or '$' for the end of the stream
-- Returns { how many events were taken or lost; the entries of the events that were taken again, then those of new events, each
-- with the number of its deliveries; the ids of the new events; the id up to which new events were delivered before; how many
-- events were removed from the stream before they were acknowledged; milliseconds until an event can be taken again, or -1 },
-- or { 0 } when there is no stream; when the first event can be taken again; true when the events are those of a kept reply.
-- WRONGTYPE when the key holds another type, TOOLARGE when the events are too large to be kept.

-- @include info-of
-- @include stream-about

local kept, limit = ARGV.kept, ARGV.limit
local stream = KEYS[1]
local group = ARGV[1]
local consumer = ARGV[2]
local count = tonumber(ARGV[3])
local minIdle = tonumber(ARGV[4])
local from = ARGV[5]
local LOOK_AT = 100 -- pending events at a time
local MANY_CONSUMERS = 100

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Returns { id, consumer, milliseconds since the delivery, number of deliveries } of pending events from an id on.
local function pendingFrom(id, most)
  return redis.call('XPENDING', stream, group, id, '+', most)
end

-- Returns the events of an earlier reply that nobody has taken or acknowledged since, and when the first one can be taken again.
local function stillHeld(events)
  local held, finish = {}, math.huge
  for _, event in ipairs(events) do
    local row = pendingFrom(event[1][1], 1)[1]
    if row and row[1] == event[1][1] and row[2] == consumer and row[4] == event[2] and row[3] < minIdle then
      held[#held + 1] = event
      finish = math.min(finish, now + minIdle - row[3])
    end
  end
  return held, finish
end

-- Returns what XINFO GROUPS says about the group, nil when it is missing, and an error reply for a key of another type.
local function readGroup()
  local reply = redis.pcall('XINFO', 'GROUPS', stream)
  if reply.err then return nil, not string.find(reply.err, 'no such key', 1, true) and reply end
  for _, fields in ipairs(reply) do
    local info = infoOf(fields)
    if info['name'] == group then return info end
  end
end

-- Returns the bytes of the fields of entries.
local function sizeOf(entries)
  local size = 0
  for _, entry in ipairs(entries) do
    for _, text in ipairs(entry[2]) do size = size + #text end
  end
  return size
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
if kept and about then
  local held, finish = stillHeld(kept[2])
  if #held > 0 then return { #held, held, kept[3], kept[4], kept[5], -1 }, finish, true end
end

local isNew = not about
if isNew then
  local last = streamAbout(stream)
  -- A group at the end of a stream must exist before the first event. Any other one can be created later.
  if not last and from ~= '$' then return { 0 } end
  about = { pending = 0, consumers = 0, ['last-delivered-id'] = from == '$' and (last or '0-0') or from }
end
local delivered = about['last-delivered-id']

-- The ids of idle events, and how often each was delivered; and when the next event becomes idle.
local idle, deliveries, due = {}, {}, -1
local function lookFrom(start)
  local rows = pendingFrom(start, LOOK_AT)
  for _, row in ipairs(rows) do
    local left = minIdle - row[3]
    if left > 0 then
      due = due < 0 and left or math.min(due, left)
    elseif #idle < count and not deliveries[row[1]] then
      idle[#idle + 1] = row[1]
      deliveries[row[1]] = row[4] + 1
    end
  end
  return rows[LOOK_AT] and rows[LOOK_AT][1]
end
local stopped = about['pending'] > 0 and lookFrom('-')
if stopped and #idle < count then
  -- Many events are being worked on. A second place, which the clock chooses, finds idle events behind them too.
  local low = tonumber(string.match(stopped, '^%d+'))
  local high = tonumber(string.match(delivered, '^%d+'))
  lookFrom(string.format('%.0f-0', low + math.max(0, high - low) * time[2] / 1000000))
end

local wanted = count - #idle -- new events
if limit then
  local size = wanted > 0 and sizeOf(redis.call('XRANGE', stream, '(' .. delivered, '+', 'COUNT', wanted)) or 0
  for _, id in ipairs(idle) do size = size + sizeOf(redis.call('XRANGE', stream, id, id)) end
  if size > limit then
    return redis.error_reply('TOOLARGE The events have more than ' .. limit .. ' bytes together')
  end
end

if isNew then
  local reply = redis.pcall('XGROUP', 'CREATE', stream, group, from, 'MKSTREAM')
  if reply.err then return reply end
end
local events, ids, lost = {}, {}, 0
if #idle > 0 then
  for _, entry in ipairs(redis.call('XCLAIM', stream, group, consumer, 0, unpack(idle))) do
    if entry then -- Redis 6.2 replies nil for an event that was removed from the stream
      events[#events + 1] = { entry, deliveries[entry[1]] }
      deliveries[entry[1]] = nil
    end
  end
  for _, id in ipairs(idle) do
    if deliveries[id] then
      redis.call('XACK', stream, group, id)
      lost = lost + 1
    end
  end
end
if wanted > 0 then
  local reply = redis.call('XREADGROUP', 'GROUP', group, consumer, 'COUNT', wanted, 'STREAMS', stream, '>')
  for _, entry in ipairs(reply and reply[1][2] or {}) do
    events[#events + 1] = { entry, 1 }
    ids[#ids + 1] = entry[1]
  end
end
if about['consumers'] >= MANY_CONSUMERS and time[2] % about['consumers'] == 0 then removeConsumers() end
return { #events + lost, events, ids, delivered, lost, due }, #events > 0 and now + minIdle or nil
