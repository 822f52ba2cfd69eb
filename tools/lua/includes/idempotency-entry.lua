-- Reads what is kept for an idempotency key: a fingerprint of 64 characters, a letter, and a text that depends on the letter.
-- Returns the letter and the text; false for a new key; false, '' and an error reply when the key has another fingerprint.
local function idempotencyEntry(key, fingerprint)
  local kept = redis.pcall('GET', key)
  if type(kept) == 'table' then return false, '', kept end
  if not kept then return false, '' end
  if string.sub(kept, 1, 64) ~= fingerprint then
    return false, '', redis.error_reply('CONFLICT The idempotency key was used for another call')
  end
  return string.sub(kept, 65, 65), string.sub(kept, 66)
end
