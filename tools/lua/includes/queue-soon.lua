-- Returns true when a waiter must hear of a job that becomes ready in so many milliseconds. Waiters look at the queue every
-- few seconds anyway, and then know when its next job is due.
local function isSoon(milliseconds)
  return milliseconds < 10000
end
