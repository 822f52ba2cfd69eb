-- Finds the jobs of receipts. A receipt is valid until its job is taken again, dead or removed; so it may be that of a job
-- which is ready again.
-- jobs      the hash of the queue
-- receipts  the receipts, distinct and not empty
-- Returns the ids of the jobs, their metadata, and the receipts that are not valid.

-- @include queue-jobs
-- @include queue-receipt

local function heldBy(jobs, receipts)
  local ids = {}
  for index, receipt in ipairs(receipts) do
    ids[index] = string.match(receipt, '^[^.]*')
  end
  local found = jobsOf(jobs, ids)
  local held, metadata, stale = {}, {}, {}
  for index, receipt in ipairs(receipts) do
    local job = found[index]
    if job and job.token and receipt == receiptOf(ids[index], job) then
      held[#held + 1] = ids[index]
      metadata[#metadata + 1] = job
    else
      stale[#stale + 1] = receipt
    end
  end
  return held, metadata, stale
end
