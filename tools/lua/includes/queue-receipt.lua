-- Returns the receipt of a job's last take, which no other take of any job has.
local function receiptOf(id, job)
  return id .. '.' .. job.attempt .. '.' .. job.token
end
