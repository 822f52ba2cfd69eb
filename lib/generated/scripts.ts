// Written by `npm run generate` from gantz.yaml and tools/lua; changes here are lost.

import type { Script } from '../redis/scripts.ts';

/** tools/lua/cache-increment.lua */
export const cacheIncrement: Script = {
  name: "cache-increment",
  sha: "5b87a80a7efeddaa1b575e4789f48cdf6137bfd1",
  source: "-- Adds to an integer within ±2^53, the range that every JSON reader keeps exactly; none counts from 0.\n-- KEYS[1]  the counter\n-- ARGV[1]  how much to add, an integer within ±2^53\n-- ARGV[2]  seconds to live; '' leaves it as it is, 'never' makes it persistent\n-- Returns the new value as text. WRONGTYPE when the value is no integer, CONFLICT when the sum leaves the range.\n\nlocal counter = KEYS[1]\nlocal by = tonumber(ARGV[1])\nlocal ttl = ARGV[2]\nlocal MOST = 9007199254740992\nlocal MOST_DIGITS = '9007199254740992'\n\nlocal text = redis.pcall('GET', counter)\nif type(text) == 'table' then return text end\nlocal digits = string.match(text or '0', '^-?([1-9]%d*)$')\nif not digits and text and text ~= '0' then\n  return redis.error_reply('WRONGTYPE The value is not an integer')\nend\n\n-- Compared as text: as numbers, 2^53 + 1 and 2^53 are the same.\nlocal outside = digits and (#digits > #MOST_DIGITS or (#digits == #MOST_DIGITS and digits > MOST_DIGITS))\nlocal value = tonumber(text or '0')\n-- Compared before adding: the differences are exact, the sum might be rounded back into the range.\nif outside or (by > 0 and value > MOST - by) or (by < 0 and value < -MOST - by) then\n  return redis.error_reply('CONFLICT The sum is outside -9007199254740992 to 9007199254740992')\nend\n\nlocal sum = redis.call('INCRBY', counter, string.format('%.0f', by))\nif ttl == 'never' then\n  redis.call('PERSIST', counter)\nelseif ttl ~= '' then\n  redis.call('EXPIRE', counter, ttl)\nend\n-- As text: node-redis reads integer replies digit by digit, and rounds on its way to those near 2^53.\nreturn string.format('%.0f', sum)\n",
};

/** tools/lua/hash-delete.lua */
export const hashDelete: Script = {
  name: "hash-delete",
  sha: "d55347303f1d5b4031c66f0f84f999fb4e8ab9dd",
  source: "-- Deletes a whole hash and counts what was in it.\n-- KEYS[1]  the hash\n-- Returns how many fields it had.\n\nlocal hash = KEYS[1]\n\nlocal fields = redis.pcall('HLEN', hash)\nif type(fields) == 'number' then redis.call('UNLINK', hash) end\nreturn fields\n",
};

/** tools/lua/hash-set.lua */
export const hashSet: Script = {
  name: "hash-set",
  sha: "a97595080f9b672814e7504b2880e629819064e9",
  source: "-- Sets fields of a hash and its time to live, all or nothing.\n-- KEYS[1]    the hash\n-- ARGV[1]    seconds to live; '' leaves it as it is, 'never' makes it persistent\n-- ARGV[2..]  field, value, field, value, …\n-- Returns how many fields were given.\n\nlocal hash = KEYS[1]\nlocal ttl = ARGV[1]\nlocal CHUNK = 4000 -- unpack takes no more than 8000; even, so that no pair is torn\n\nfor first = 2, #ARGV, CHUNK do\n  local last = math.min(first + CHUNK - 1, #ARGV)\n  -- Only the first can fail: the hash is then of another type, and nothing was written.\n  local reply = redis.pcall('HSET', hash, unpack(ARGV, first, last))\n  if type(reply) == 'table' then return reply end\nend\n\nif ttl == 'never' then\n  redis.call('PERSIST', hash)\nelseif ttl ~= '' then\n  redis.call('EXPIRE', hash, ttl)\nend\nreturn (#ARGV - 1) / 2\n",
};

/** tools/lua/list-push.lua */
export const listPush: Script = {
  name: "list-push",
  sha: "9734ebdf965b65f361d637092734829b265c054b",
  source: "-- Pushes values onto a list and sets its time to live, all or nothing.\n-- KEYS[1]    the list\n-- ARGV[1]    LPUSH or RPUSH\n-- ARGV[2]    seconds to live; '' leaves it as it is, 'never' makes it persistent\n-- ARGV[3..]  the values\n-- Returns the length of the list.\n\nlocal list = KEYS[1]\nlocal push = ARGV[1]\nlocal ttl = ARGV[2]\nlocal CHUNK = 4000 -- unpack takes no more than 8000\n\nlocal length = 0\nfor first = 3, #ARGV, CHUNK do\n  local last = math.min(first + CHUNK - 1, #ARGV)\n  -- Only the first can fail: the list is then of another type, and nothing was written.\n  length = redis.pcall(push, list, unpack(ARGV, first, last))\n  if type(length) == 'table' then return length end\nend\n\nif ttl == 'never' then\n  redis.call('PERSIST', list)\nelseif ttl ~= '' then\n  redis.call('EXPIRE', list, ttl)\nend\nreturn length\n",
};

/** tools/lua/rate-fixed.lua */
export const rateFixed: Script = {
  name: "rate-fixed",
  sha: "fe16a7b56eeee65abf1d90dfbe112a47652d896b",
  source: "-- Counts a request against the present window of the server's clock.\n-- KEYS[1]  a hash: the start of the window it counts, and the count\n-- ARGV[1]  how much one window allows\n-- ARGV[2]  how much this request counts, at most the limit\n-- ARGV[3]  the length of the window in seconds\n-- Returns { 1 when allowed, else 0; used; Unix second of the window's end; milliseconds until then }.\n\nlocal counter = KEYS[1]\nlocal limit = tonumber(ARGV[1])\nlocal cost = tonumber(ARGV[2])\nlocal window = tonumber(ARGV[3])\n\nlocal time = redis.call('TIME')\nlocal second = tonumber(time[1])\nlocal start = second - second % window\nlocal finish = start + window\nlocal left = finish * 1000 - (second * 1000 + math.floor(time[2] / 1000))\n\nlocal stored = redis.call('HMGET', counter, 'start', 'count')\n-- A count of another window is void, also of a later one: the clock may have been set back.\nlocal fresh = tonumber(stored[1]) ~= start\nlocal used = fresh and 0 or tonumber(stored[2])\nif used + cost > limit then return { 0, used, finish, left } end\n\nif fresh then\n  redis.call('HSET', counter, 'start', start, 'count', cost)\n  redis.call('EXPIREAT', counter, finish)\nelse\n  redis.call('HINCRBY', counter, 'count', cost)\nend\nreturn { 1, used + cost, finish, left }\n",
};

/** tools/lua/rate-sliding.lua */
export const rateSliding: Script = {
  name: "rate-sliding",
  sha: "e6b2fe86b95fcd41789e4510c979e8c77c9ef697",
  source: "-- Counts a request against the window that ends now, from a log of the allowed requests.\n--\n-- An entry's score is its microsecond; its member is '<all costs so far and its own>:<its own cost>', padded with zeros,\n-- so that entries sort by age, differ even within a microsecond, and the sum of any run of them is a difference of two.\n--\n-- KEYS[1]  the log, a sorted set\n-- ARGV[1]  how much one window allows\n-- ARGV[2]  how much this request counts, at most the limit\n-- ARGV[3]  the length of the window in seconds\n-- Returns { 1 when allowed, else 0; used; Unix second when all is free again; milliseconds until this cost fits }.\n\nlocal log = KEYS[1]\nlocal limit = tonumber(ARGV[1])\nlocal cost = tonumber(ARGV[2])\nlocal window = tonumber(ARGV[3]) * 1000000\nlocal MOST = 9e15 -- sums stay exact below 2^53\n\nlocal time = redis.call('TIME')\nlocal now = time[1] * 1000000 + time[2]\n\nlocal function whole(number)\n  return string.format('%.0f', number)\nend\n\nlocal function member(sum, own)\n  return string.format('%016.0f:%010.0f', sum, own)\nend\n\n-- The entry at a rank: costs up to and with it, its own cost, its microsecond.\nlocal function entry(rank)\n  local found = redis.call('ZRANGE', log, rank, rank, 'WITHSCORES')\n  if not found[1] then return nil end\n  local sum, own = string.match(found[1], '^(%d+):(%d+)$')\n  return { sum = tonumber(sum), own = tonumber(own), at = tonumber(found[2]) }\nend\n\nlocal function keepUntil(microsecond)\n  redis.call('PEXPIREAT', log, whole(math.ceil(microsecond / 1000) + 1))\nend\n\n-- Entries that have left the window; they are removed last, since a script that has removed something may go on writing\n-- to a server that is out of memory.\nlocal gone = redis.call('ZCOUNT', log, '-inf', whole(now - window))\nlocal count = redis.call('ZCARD', log)\nlocal newest = count > gone and entry(-1) or nil\n\n-- The clock was set back: what it says was done later was done just now at the latest.\nif newest and newest.at > now then\n  for _, late in ipairs(redis.call('ZRANGEBYSCORE', log, '(' .. whole(now), '+inf')) do\n    redis.call('ZADD', log, whole(now), late)\n  end\n  newest.at = now\n  keepUntil(now + window)\nend\n\nlocal oldest = newest and entry(gone)\nlocal before = oldest and oldest.sum - oldest.own or 0 -- costs that have left the window\nlocal used = newest and newest.sum - before or 0\n\nif used + cost > limit then\n  -- The first entry with whose going this cost fits.\n  local low, high = gone, count - 1\n  while low < high do\n    local middle = math.floor((low + high) / 2)\n    if entry(middle).sum - before >= used + cost - limit then high = middle else low = middle + 1 end\n  end\n  local wait = entry(low).at + window - now\n  return { 0, used, math.ceil((newest.at + window) / 1000000), math.ceil(wait / 1000) }\nend\n\n-- A log that never ran empty for ages: count from 0 again.\nif newest and newest.sum + cost > MOST then\n  local entries = redis.call('ZRANGE', log, gone, -1, 'WITHSCORES')\n  redis.call('DEL', log)\n  for index = 1, #entries, 2 do\n    local sum, own = string.match(entries[index], '^(%d+):(%d+)$')\n    redis.call('ZADD', log, entries[index + 1], member(sum - before, tonumber(own)))\n  end\n  newest.sum = newest.sum - before\nend\n\nredis.call('ZADD', log, whole(now), member((newest and newest.sum or 0) + cost, cost))\nif gone > 0 then redis.call('ZREMRANGEBYSCORE', log, '-inf', whole(now - window)) end\nkeepUntil(now + window)\nreturn { 1, used + cost, math.ceil((now + window) / 1000000), 0 }\n",
};

/** tools/lua/session-create.lua */
export const sessionCreate: Script = {
  name: "session-create",
  sha: "f1e9935d2ed9c76a35db368c38f30617cc1612c6",
  source: "-- Starts a session: a hash with created_at and updated_at (Unix milliseconds), revision, and a field per member of its data.\n-- KEYS[1]    the session\n-- ARGV[1]    seconds to live, or 'never'\n-- ARGV[2..]  field, value, field, value, …\n-- Returns the revision, 1. CONFLICT when there is such a session already.\n\nlocal session = KEYS[1]\nlocal ttl = ARGV[1]\nlocal CHUNK = 4000 -- unpack takes no more than 8000; even, so that no pair is torn\n\nif redis.call('EXISTS', session) == 1 then\n  return redis.error_reply('CONFLICT There is a session of this id already')\nend\n\nlocal time = redis.call('TIME')\nlocal now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))\nredis.call('HSET', session, 'created_at', now, 'updated_at', now, 'revision', 1)\nfor first = 2, #ARGV, CHUNK do\n  redis.call('HSET', session, unpack(ARGV, first, math.min(first + CHUNK - 1, #ARGV)))\nend\nif ttl ~= 'never' then redis.call('EXPIRE', session, ttl) end\nreturn 1\n",
};

/** tools/lua/session-extend.lua */
export const sessionExtend: Script = {
  name: "session-extend",
  sha: "d11094283ba18fc04447e0d420955aa15f4983da",
  source: "-- Sets how long a session has left to live, shorter too.\n-- KEYS[1]  the session\n-- ARGV[1]  seconds to live, or 'never'\n-- Returns 1, or 0 when there is no such session.\n\nlocal session = KEYS[1]\nlocal ttl = ARGV[1]\n\nlocal revision = redis.pcall('HGET', session, 'revision')\nif type(revision) == 'table' then return revision end\n-- A hash that somebody else left here has no revision, or one that does not count.\nif not revision or #revision > 15 or not string.find(revision, '^[1-9]%d*$') then return 0 end\n\nif ttl ~= 'never' then return redis.call('EXPIRE', session, ttl) end\nredis.call('PERSIST', session) -- answers 0 to a session that lives for ever already\nreturn 1\n",
};

/** tools/lua/session-get.lua */
export const sessionGet: Script = {
  name: "session-get",
  sha: "4216700f37c9a8a37999fcab7e9531f988ff46e9",
  source: "-- Reads a session and its time to live at one moment.\n-- KEYS[1]  the session\n-- Returns { milliseconds to live (-1 for ever), { field, value, … } }, or nil when there is none.\n\nlocal session = KEYS[1]\n\nlocal revision = redis.pcall('HGET', session, 'revision')\nif type(revision) == 'table' then return revision end\n-- A hash that somebody else left here has no revision, or one that does not count.\nif not revision or #revision > 15 or not string.find(revision, '^[1-9]%d*$') then return nil end\nreturn { redis.call('PTTL', session), redis.call('HGETALL', session) }\n",
};

/** tools/lua/session-update.lua */
export const sessionUpdate: Script = {
  name: "session-update",
  sha: "45055dd23cae1bbc75168cd42360591750817166",
  source: "-- Changes the data of a session that is there, and nothing of its time to live.\n-- KEYS[1]    the session\n-- ARGV[1]    'merge' keeps the other fields, 'replace' removes them\n-- ARGV[2]    the revision it must be at, or '' for any\n-- ARGV[3..]  field, value, field, value, …\n-- Returns the new revision. NOTFOUND when there is no session, CONFLICT when it is at another revision.\n\nlocal session = KEYS[1]\nlocal mode = ARGV[1]\nlocal expected = ARGV[2]\nlocal CHUNK = 4000 -- unpack takes no more than 8000; even, so that no pair is torn\n\nlocal revision = redis.pcall('HGET', session, 'revision')\nif type(revision) == 'table' then return revision end\n-- A hash that somebody else left here has no revision, or one that does not count.\nif not revision or #revision > 15 or not string.find(revision, '^[1-9]%d*$') then\n  return redis.error_reply('NOTFOUND There is no such session')\nend\nif expected ~= '' and expected ~= revision then\n  return redis.error_reply('CONFLICT The session is at revision ' .. revision .. ', not ' .. expected)\nend\n\nlocal time = redis.call('TIME')\n-- First: a server that is out of memory refuses this, but nothing behind a removal.\nredis.call('HSET', session, 'updated_at', string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000)))\n\nif mode == 'replace' then\n  local old = {}\n  for _, field in ipairs(redis.call('HKEYS', session)) do\n    -- Only fields of the data have a colon: their names begin with 'data:' or 'json:'.\n    if string.find(field, ':', 1, true) then old[#old + 1] = field end\n  end\n  for first = 1, #old, CHUNK do\n    redis.call('HDEL', session, unpack(old, first, math.min(first + CHUNK - 1, #old)))\n  end\nend\n\nfor first = 3, #ARGV, CHUNK do\n  redis.call('HSET', session, unpack(ARGV, first, math.min(first + CHUNK - 1, #ARGV)))\nend\nreturn redis.call('HINCRBY', session, 'revision', 1)\n",
};

/** tools/lua/set-add.lua */
export const setAdd: Script = {
  name: "set-add",
  sha: "3f48dacce041ceffc8c84a8d31881f88b8cbd028",
  source: "-- Adds members to a set and sets its time to live, all or nothing.\n-- KEYS[1]    the set\n-- ARGV[1]    seconds to live; '' leaves it as it is, 'never' makes it persistent\n-- ARGV[2..]  the members\n-- Returns how many were new.\n\nlocal set = KEYS[1]\nlocal ttl = ARGV[1]\nlocal CHUNK = 4000 -- unpack takes no more than 8000\n\nlocal added = 0\nfor first = 2, #ARGV, CHUNK do\n  local last = math.min(first + CHUNK - 1, #ARGV)\n  -- Only the first can fail: the set is then of another type, and nothing was written.\n  local reply = redis.pcall('SADD', set, unpack(ARGV, first, last))\n  if type(reply) == 'table' then return reply end\n  added = added + reply\nend\n\nif ttl == 'never' then\n  redis.call('PERSIST', set)\nelseif ttl ~= '' then\n  redis.call('EXPIRE', set, ttl)\nend\nreturn added\n",
};
