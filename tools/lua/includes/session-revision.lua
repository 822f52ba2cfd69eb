-- Reads the revision of a session.
-- Returns its text; or nil when the key holds no session, and an error reply besides when it holds another type.
local function sessionRevision(session)
  local revision = redis.pcall('HGET', session, 'revision')
  if type(revision) == 'table' then return nil, revision end
  -- A hash of another program has no revision, or one that is not a positive integer.
  if not revision or #revision > 15 or not string.find(revision, '^[1-9]%d*$') then return nil end
  return revision
end
