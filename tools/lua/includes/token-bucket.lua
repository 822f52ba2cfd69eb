-- Computes what a token bucket allows. All results are exact: times are whole microseconds, and tokens whole millionths.
--
-- A bucket is what it lacks at a time. This time moves only by whole seconds, in which whole millionths are refilled, or to
-- the present when the bucket is full. So no fraction is lost, however many calls there are.
--
-- at        the time of the bucket in Unix microseconds; nil for a full bucket
-- lacking   the millionths of a token that are lacking at that time
-- oldRate   the rate since then
-- now       Unix microseconds
-- rate      millionths of a token that are refilled in a second
-- capacity  tokens
-- cost      tokens
-- Returns the microseconds from now until this cost is allowed, 0 when it is; what is lacking now without this cost, in
-- tokens, rounded up; and the new `at` and `lacking`, without this cost.
local function tokenBucket(at, lacking, oldRate, now, rate, capacity, cost)
  -- Returns the whole millionths that are refilled within a second. Each product is below 2^53.
  local function refilled(perSecond, microseconds)
    local tokens = math.floor(perSecond / 1000000)
    return tokens * microseconds + math.floor((perSecond - tokens * 1000000) * microseconds / 1000000)
  end

  local function advance(perSecond)
    local seconds = math.floor((now - at) / 1000000)
    -- A product above 2^53 is not exact, but it is above all that can be lacking.
    lacking = lacking - perSecond * seconds
    at = at + seconds * 1000000
    if lacking <= refilled(perSecond, now - at) then at, lacking = now, 0 end
  end

  -- When the clock was set back, the time in between is not refilled.
  if not at or at > now then at, lacking = now, lacking or 0 end
  -- The time before a change of the rate counts at the old rate.
  if oldRate and oldRate ~= rate then
    advance(oldRate)
    lacking = lacking - refilled(oldRate, now - at)
    at = now
  end
  advance(rate)

  local present = refilled(rate, now - at)
  local used = math.ceil((lacking - present) / 1000000)
  local missing = lacking + (cost - capacity) * 1000000
  if missing <= present then return 0, used, at, lacking end

  local seconds = math.floor(missing / rate)
  local rest = missing - seconds * rate
  local part = math.ceil(rest / rate * 1000000)
  -- The division may be off by one microsecond.
  if refilled(rate, part) < rest then part = part + 1 end
  if part > 0 and refilled(rate, part - 1) >= rest then part = part - 1 end
  return seconds * 1000000 + part - (now - at), used, at, lacking
end
