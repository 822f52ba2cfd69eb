-- Returns the metadata of a job of a queue from its text: a table with
--   place    priority × 2^45 + the number in the order of adding; the place among the ready jobs
--   attempt  how often the job was taken
--   most     how often it may be taken
--   added    when it was added, in Unix milliseconds
--   token    the token of the last take; absent when no receipt is valid
--   dedup    the deduplication id; absent for none
--   error    how the last attempt failed; absent when none did
local function parseJob(text)
  local place, attempt, most, added, token, length, at = string.match(text, '^(%d+) (%d+) (%d+) (%d+) (%S+) (%d+):()')
  local function part(first, last)
    local found = string.sub(text, first, last)
    return found ~= '' and found or nil
  end
  return {
    place = tonumber(place),
    attempt = tonumber(attempt),
    most = tonumber(most),
    added = tonumber(added),
    token = token ~= '-' and token or nil,
    dedup = part(at, at + length - 1),
    error = part(at + length),
  }
end
