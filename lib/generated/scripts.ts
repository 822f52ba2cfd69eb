// Written by `npm run generate` from gantz.yaml and tools/lua; changes here are lost.

import type { Script } from '../redis/scripts.ts';

/** tools/lua/cache-increment.lua */
export const cacheIncrement: Script = {
  name: "cache-increment",
  sha: "5b300c126df3d3f7b63982a7012179854eaa3a78",
  source: "-- Adds to an integer within ±2^53, the range that every JSON parser keeps exactly. An absent key counts as 0.\n-- KEYS[1]  the counter\n-- ARGV[1]  the number to add, an integer within ±2^53\n-- ARGV[2]  seconds to live; '' leaves the time to live unchanged, 'never' removes it\n-- Returns the new value as text. WRONGTYPE when the value is not an integer, CONFLICT when the sum leaves the range.\n\nlocal counter = KEYS[1]\nlocal by = tonumber(ARGV[1])\nlocal ttl = ARGV[2]\nlocal MOST = 9007199254740992\nlocal MOST_DIGITS = '9007199254740992'\n\nlocal text = redis.pcall('GET', counter)\nif type(text) == 'table' then return text end\nlocal digits = string.match(text or '0', '^-?([1-9]%d*)$')\nif not digits and text and text ~= '0' then\n  return redis.error_reply('WRONGTYPE The value is not an integer')\nend\n\n-- The digits are compared as text, because 2^53 + 1 and 2^53 are the same number in Lua.\nlocal outside = digits and (#digits > #MOST_DIGITS or (#digits == #MOST_DIGITS and digits > MOST_DIGITS))\nlocal value = tonumber(text or '0')\n-- The range is checked before adding: these differences are exact, but the sum could be rounded into the range.\nif outside or (by > 0 and value > MOST - by) or (by < 0 and value < -MOST - by) then\n  return redis.error_reply('CONFLICT The sum is outside -9007199254740992 to 9007199254740992')\nend\n\nlocal sum = redis.call('INCRBY', counter, string.format('%.0f', by))\nif ttl == 'never' then\n  redis.call('PERSIST', counter)\nelseif ttl ~= '' then\n  redis.call('EXPIRE', counter, ttl)\nend\n-- The result is text, because node-redis rounds integer replies near 2^53.\nreturn string.format('%.0f', sum)\n",
};

/** tools/lua/hash-delete.lua */
export const hashDelete: Script = {
  name: "hash-delete",
  sha: "c99c20938eaa1681ec10c06ea96982d77bc20b54",
  source: "-- Deletes a whole hash and counts its fields.\n-- KEYS[1]  the hash\n-- Returns the number of fields that it had. WRONGTYPE when the key holds another type.\n\nlocal hash = KEYS[1]\n\nlocal fields = redis.pcall('HLEN', hash)\nif type(fields) == 'number' then redis.call('UNLINK', hash) end\nreturn fields\n",
};

/** tools/lua/hash-set.lua */
export const hashSet: Script = {
  name: "hash-set",
  sha: "3218b0ede840b9264c467045907c5b03a11baca2",
  source: "-- Sets fields of a hash and its time to live, atomically.\n-- KEYS[1]    the hash\n-- ARGV[1]    seconds to live; '' leaves the time to live unchanged, 'never' removes it\n-- ARGV[2..]  field, value, field, value, …\n-- Returns the number of fields that were set. WRONGTYPE when the key holds another type.\n\nlocal hash = KEYS[1]\nlocal ttl = ARGV[1]\nlocal CHUNK = 4000 -- unpack accepts at most 8000 values; an even number keeps the pairs together\n\nfor first = 2, #ARGV, CHUNK do\n  local last = math.min(first + CHUNK - 1, #ARGV)\n  -- Only the first command can fail: the key then holds another type, and nothing was written.\n  local reply = redis.pcall('HSET', hash, unpack(ARGV, first, last))\n  if type(reply) == 'table' then return reply end\nend\n\nif ttl == 'never' then\n  redis.call('PERSIST', hash)\nelseif ttl ~= '' then\n  redis.call('EXPIRE', hash, ttl)\nend\nreturn (#ARGV - 1) / 2\n",
};

/** tools/lua/list-push.lua */
export const listPush: Script = {
  name: "list-push",
  sha: "d5935e4a556e545640b98ddeaf8fa788d8eb1013",
  source: "-- Pushes values onto a list and sets its time to live, atomically.\n-- KEYS[1]    the list\n-- ARGV[1]    LPUSH or RPUSH\n-- ARGV[2]    seconds to live; '' leaves the time to live unchanged, 'never' removes it\n-- ARGV[3..]  the values\n-- Returns the new length of the list. WRONGTYPE when the key holds another type.\n\nlocal list = KEYS[1]\nlocal push = ARGV[1]\nlocal ttl = ARGV[2]\nlocal CHUNK = 4000 -- unpack accepts at most 8000 values\n\nlocal length = 0\nfor first = 3, #ARGV, CHUNK do\n  local last = math.min(first + CHUNK - 1, #ARGV)\n  -- Only the first command can fail: the key then holds another type, and nothing was written.\n  length = redis.pcall(push, list, unpack(ARGV, first, last))\n  if type(length) == 'table' then return length end\nend\n\nif ttl == 'never' then\n  redis.call('PERSIST', list)\nelseif ttl ~= '' then\n  redis.call('EXPIRE', list, ttl)\nend\nreturn length\n",
};

/** tools/lua/rate-fixed.lua */
export const rateFixed: Script = {
  name: "rate-fixed",
  sha: "dcfe3dbfbabf3f4dda49f2b8e48ac5aae14a2dc8",
  source: "-- Counts a request in the current fixed window. Windows are aligned to the server's clock.\n-- KEYS[1]  a hash: the start of its window in Unix seconds, and the count\n-- ARGV[1]  the limit: the highest total cost in one window\n-- ARGV[2]  the cost of this request, at most the limit\n-- ARGV[3]  the length of the window in seconds\n-- Returns { 1 when allowed, else 0; the cost used; the end of the window in Unix seconds; milliseconds until then }.\n\nlocal counter = KEYS[1]\nlocal limit = tonumber(ARGV[1])\nlocal cost = tonumber(ARGV[2])\nlocal window = tonumber(ARGV[3])\n\nlocal time = redis.call('TIME')\nlocal second = tonumber(time[1])\nlocal start = second - second % window\nlocal finish = start + window\nlocal left = finish * 1000 - (second * 1000 + math.floor(time[2] / 1000))\n\nlocal stored = redis.call('HMGET', counter, 'start', 'count')\n-- The count of any other window does not apply. It may be of a later window when the clock was set back.\nlocal fresh = tonumber(stored[1]) ~= start\nlocal used = fresh and 0 or tonumber(stored[2])\nif used + cost > limit then return { 0, used, finish, left } end\n\nif fresh then\n  redis.call('HSET', counter, 'start', start, 'count', cost)\n  redis.call('EXPIREAT', counter, finish)\nelse\n  redis.call('HINCRBY', counter, 'count', cost)\nend\nreturn { 1, used + cost, finish, left }\n",
};

/** tools/lua/rate-sliding.lua */
export const rateSliding: Script = {
  name: "rate-sliding",
  sha: "a3fef04ecfb105efb7182c09da689ae54f918234",
  source: "-- Counts a request in the sliding window that ends now, with a log of the allowed requests.\n--\n-- The score of an entry is its time in Unix microseconds. Its member is '<sum>:<cost>', where sum is the total of all\n-- costs up to this entry. Both numbers are padded with zeros, so that entries of one microsecond keep their order. The\n-- total cost of consecutive entries is the difference of two sums.\n--\n-- KEYS[1]  the log, a sorted set\n-- ARGV[1]  the limit: the highest total cost in one window\n-- ARGV[2]  the cost of this request, at most the limit\n-- ARGV[3]  the length of the window in seconds\n-- Returns { 1 when allowed, else 0; the cost used; the Unix second when nothing is used any more; milliseconds until\n-- this cost is allowed }.\n\nlocal log = KEYS[1]\nlocal limit = tonumber(ARGV[1])\nlocal cost = tonumber(ARGV[2])\nlocal window = tonumber(ARGV[3]) * 1000000\nlocal MOST = 9e15 -- sums below 2^53 are exact\n\nlocal time = redis.call('TIME')\nlocal now = time[1] * 1000000 + time[2]\n\nlocal function whole(number)\n  return string.format('%.0f', number)\nend\n\nlocal function member(sum, own)\n  return string.format('%016.0f:%010.0f', sum, own)\nend\n\n-- Returns the entry at a rank: its sum, its own cost, and its time in microseconds.\nlocal function entry(rank)\n  local found = redis.call('ZRANGE', log, rank, rank, 'WITHSCORES')\n  if not found[1] then return nil end\n  local sum, own = string.match(found[1], '^(%d+):(%d+)$')\n  return { sum = tonumber(sum), own = tonumber(own), at = tonumber(found[2]) }\nend\n\nlocal function keepUntil(microsecond)\n  redis.call('PEXPIREAT', log, whole(math.ceil(microsecond / 1000) + 1))\nend\n\n-- The number of entries that are older than the window. They are removed last: after a removal, a server that is out of\n-- memory would no longer refuse the writes of this script.\nlocal expired = redis.call('ZCOUNT', log, '-inf', whole(now - window))\nlocal count = redis.call('ZCARD', log)\nlocal newest = count > expired and entry(-1) or nil\n\n-- The clock was set back: entries with a later time get the current time.\nif newest and newest.at > now then\n  for _, late in ipairs(redis.call('ZRANGEBYSCORE', log, '(' .. whole(now), '+inf')) do\n    redis.call('ZADD', log, whole(now), late)\n  end\n  newest.at = now\n  keepUntil(now + window)\nend\n\nlocal oldest = newest and entry(expired)\nlocal before = oldest and oldest.sum - oldest.own or 0 -- the sum of all costs before the window\nlocal used = newest and newest.sum - before or 0\n\nif used + cost > limit then\n  -- Binary search: this cost is allowed as soon as the entry at the rank `low` has expired.\n  local low, high = expired, count - 1\n  while low < high do\n    local middle = math.floor((low + high) / 2)\n    if entry(middle).sum - before >= used + cost - limit then high = middle else low = middle + 1 end\n  end\n  local wait = entry(low).at + window - now\n  return { 0, used, math.ceil((newest.at + window) / 1000000), math.ceil(wait / 1000) }\nend\n\n-- The sums of a log that was never empty can become too large. They are then reduced to start from 0.\nif newest and newest.sum + cost > MOST then\n  local entries = redis.call('ZRANGE', log, expired, -1, 'WITHSCORES')\n  redis.call('DEL', log)\n  for index = 1, #entries, 2 do\n    local sum, own = string.match(entries[index], '^(%d+):(%d+)$')\n    redis.call('ZADD', log, entries[index + 1], member(sum - before, tonumber(own)))\n  end\n  newest.sum = newest.sum - before\nend\n\nredis.call('ZADD', log, whole(now), member((newest and newest.sum or 0) + cost, cost))\nif expired > 0 then redis.call('ZREMRANGEBYSCORE', log, '-inf', whole(now - window)) end\nkeepUntil(now + window)\nreturn { 1, used + cost, math.ceil((now + window) / 1000000), 0 }\n",
};

/** tools/lua/session-create.lua */
export const sessionCreate: Script = {
  name: "session-create",
  sha: "1a557619d1fc32e2e1cbb6ad61a73a01a4a00f3f",
  source: "-- Creates a session: a hash with created_at and updated_at (Unix milliseconds), revision, and the fields of its data.\n-- KEYS[1]    the session\n-- ARGV[1]    seconds to live, or 'never'\n-- ARGV[2..]  field, value, field, value, …\n-- Returns the revision, 1. CONFLICT when the session exists already.\n\nlocal session = KEYS[1]\nlocal ttl = ARGV[1]\nlocal CHUNK = 4000 -- unpack accepts at most 8000 values; an even number keeps the pairs together\n\nif redis.call('EXISTS', session) == 1 then\n  return redis.error_reply('CONFLICT A session with this id exists already')\nend\n\nlocal time = redis.call('TIME')\nlocal now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))\nredis.call('HSET', session, 'created_at', now, 'updated_at', now, 'revision', 1)\nfor first = 2, #ARGV, CHUNK do\n  redis.call('HSET', session, unpack(ARGV, first, math.min(first + CHUNK - 1, #ARGV)))\nend\nif ttl ~= 'never' then redis.call('EXPIRE', session, ttl) end\nreturn 1\n",
};

/** tools/lua/session-extend.lua */
export const sessionExtend: Script = {
  name: "session-extend",
  sha: "2872996c222e9a84f36b2c20a9d6454fdfbbbb1e",
  source: "-- Sets the time to live of a session. The new one may be shorter.\n-- KEYS[1]  the session\n-- ARGV[1]  seconds to live, or 'never'\n-- Returns 1, or 0 when there is no such session. WRONGTYPE when the key holds another type.\n\nlocal session = KEYS[1]\nlocal ttl = ARGV[1]\n\nlocal revision = redis.pcall('HGET', session, 'revision')\nif type(revision) == 'table' then return revision end\n-- A hash of another program has no revision, or one that is not a positive integer.\nif not revision or #revision > 15 or not string.find(revision, '^[1-9]%d*$') then return 0 end\n\nif ttl ~= 'never' then return redis.call('EXPIRE', session, ttl) end\nredis.call('PERSIST', session) -- its reply is 0 when the session had no expiry\nreturn 1\n",
};

/** tools/lua/session-get.lua */
export const sessionGet: Script = {
  name: "session-get",
  sha: "52f0a998a1ed18a8ed683a322dde85c3efc597e8",
  source: "-- Reads a session and its time to live, atomically.\n-- KEYS[1]  the session\n-- Returns { milliseconds to live (-1 for ever), { field, value, … } }, or nil for an absent session. WRONGTYPE when the\n-- key holds another type.\n\nlocal session = KEYS[1]\n\nlocal revision = redis.pcall('HGET', session, 'revision')\nif type(revision) == 'table' then return revision end\n-- A hash of another program has no revision, or one that is not a positive integer.\nif not revision or #revision > 15 or not string.find(revision, '^[1-9]%d*$') then return nil end\nreturn { redis.call('PTTL', session), redis.call('HGETALL', session) }\n",
};

/** tools/lua/session-update.lua */
export const sessionUpdate: Script = {
  name: "session-update",
  sha: "32c6192d59a107e9645aa8378aa663582eda129a",
  source: "-- Changes the data of an existing session. Its time to live stays unchanged.\n-- KEYS[1]    the session\n-- ARGV[1]    'merge' keeps the other fields, 'replace' removes them\n-- ARGV[2]    the revision that the session must have, or '' for any\n-- ARGV[3..]  field, value, field, value, …\n-- Returns the new revision. NOTFOUND when there is no session, CONFLICT when it has another revision, WRONGTYPE when\n-- the key holds another type.\n\nlocal session = KEYS[1]\nlocal mode = ARGV[1]\nlocal expected = ARGV[2]\nlocal CHUNK = 4000 -- unpack accepts at most 8000 values; an even number keeps the pairs together\n\nlocal revision = redis.pcall('HGET', session, 'revision')\nif type(revision) == 'table' then return revision end\n-- A hash of another program has no revision, or one that is not a positive integer.\nif not revision or #revision > 15 or not string.find(revision, '^[1-9]%d*$') then\n  return redis.error_reply('NOTFOUND There is no such session')\nend\nif expected ~= '' and expected ~= revision then\n  return redis.error_reply('CONFLICT The session has revision ' .. revision .. ', not ' .. expected)\nend\n\nlocal time = redis.call('TIME')\n-- This write comes first: a server that is out of memory refuses it, but refuses no write after a removal.\nredis.call('HSET', session, 'updated_at', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))\n\nif mode == 'replace' then\n  local old = {}\n  for _, field in ipairs(redis.call('HKEYS', session)) do\n    -- Only the fields of the data contain a colon: they begin with 'data:' or 'json:'.\n    if string.find(field, ':', 1, true) then old[#old + 1] = field end\n  end\n  for first = 1, #old, CHUNK do\n    redis.call('HDEL', session, unpack(old, first, math.min(first + CHUNK - 1, #old)))\n  end\nend\n\nfor first = 3, #ARGV, CHUNK do\n  redis.call('HSET', session, unpack(ARGV, first, math.min(first + CHUNK - 1, #ARGV)))\nend\nreturn redis.call('HINCRBY', session, 'revision', 1)\n",
};

/** tools/lua/set-add.lua */
export const setAdd: Script = {
  name: "set-add",
  sha: "225cfae66839e7927874f3cbae5c39daf198a811",
  source: "-- Adds members to a set and sets its time to live, atomically.\n-- KEYS[1]    the set\n-- ARGV[1]    seconds to live; '' leaves the time to live unchanged, 'never' removes it\n-- ARGV[2..]  the members\n-- Returns the number of new members. WRONGTYPE when the key holds another type.\n\nlocal set = KEYS[1]\nlocal ttl = ARGV[1]\nlocal CHUNK = 4000 -- unpack accepts at most 8000 values\n\nlocal added = 0\nfor first = 2, #ARGV, CHUNK do\n  local last = math.min(first + CHUNK - 1, #ARGV)\n  -- Only the first command can fail: the key then holds another type, and nothing was written.\n  local reply = redis.pcall('SADD', set, unpack(ARGV, first, last))\n  if type(reply) == 'table' then return reply end\n  added = added + reply\nend\n\nif ttl == 'never' then\n  redis.call('PERSIST', set)\nelseif ttl ~= '' then\n  redis.call('EXPIRE', set, ttl)\nend\nreturn added\n",
};
