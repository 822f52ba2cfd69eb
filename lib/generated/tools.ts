// Written by `npm run generate` from gantz.yaml and tools/lua; changes here are lost.

/** cache_get: Read the value stored under a key */
export type CacheGetInput = { key: string };
export type CacheGetParameters = { key: string };
export type CacheGetResult = { value: unknown; found: boolean };

/** cache_get_many: Read the values stored under several keys */
export type CacheGetManyInput = { keys: string[] };
export type CacheGetManyParameters = { keys: string[] };
export type CacheGetManyResult = { values: Record<string, unknown>; missing: string[] };

/** cache_set: Store a JSON value under a key, with a time to live */
export type CacheSetInput = { key: string; value: unknown; ttl?: number | null; only_if?: "absent" | "present"; expected?: unknown };
export type CacheSetParameters = { key: string; value: unknown; ttl: number | null; only_if?: "absent" | "present"; expected?: unknown };
export type CacheSetResult = { key: string; ttl: number | null; stored: boolean };

/** cache_set_many: Store several JSON values with one time to live, all or none; on a cluster, each on its own */
export type CacheSetManyInput = { entries: Record<string, unknown>; ttl?: number | null };
export type CacheSetManyParameters = { entries: Record<string, unknown>; ttl: number | null };
export type CacheSetManyResult = { stored: number };

/** cache_delete: Delete a key */
export type CacheDeleteInput = { key: string };
export type CacheDeleteParameters = { key: string };
export type CacheDeleteResult = { deleted: boolean };

/** cache_exists: Check whether a key exists */
export type CacheExistsInput = { key: string };
export type CacheExistsParameters = { key: string };
export type CacheExistsResult = { exists: boolean };

/** cache_ttl: Read the remaining time to live of a key */
export type CacheTtlInput = { key: string };
export type CacheTtlParameters = { key: string };
export type CacheTtlResult = { exists: boolean; ttl: number | null; ttl_ms: number | null; persistent: boolean };

/** cache_touch: Set the time to live of a key, longer or shorter */
export type CacheTouchInput = { key: string; ttl: number | null };
export type CacheTouchParameters = { key: string; ttl: number | null };
export type CacheTouchResult = { exists: boolean };

/** cache_keys: List the keys that match a pattern, page by page */
export type CacheKeysInput = { pattern?: string; limit?: number; cursor?: string };
export type CacheKeysParameters = { pattern: string; limit: number; cursor?: string };
export type CacheKeysResult = { keys: string[]; count: number; cursor: string | null };

/** cache_increment: Add to an integer, atomically; an absent key counts as 0 */
export type CacheIncrementInput = { key: string; by?: number; ttl?: number | null; floor?: number; ceiling?: number };
export type CacheIncrementParameters = { key: string; by: number; ttl?: number | null; floor?: number; ceiling?: number };
export type CacheIncrementResult = { value: number; applied: boolean };

/** cache_lease: Get a value, or a lease to compute it, which one caller gets at a time; for a slow value that many callers need */
export type CacheLeaseInput = { key: string; lease_seconds?: number; wait?: number; allow_stale?: boolean };
export type CacheLeaseParameters = { key: string; lease_seconds: number; wait: number; allow_stale: boolean };
export type CacheLeaseResult = { value: unknown; found: boolean; stale: boolean; token: string | null; expires_in_ms: number | null };

/** cache_fulfill: Store the value computed under a lease of cache_lease; stores nothing when the lease has ended or the key was changed meanwhile */
export type CacheFulfillInput = { key: string; token: string; value: unknown; ttl?: number | null; stale_for?: number };
export type CacheFulfillParameters = { key: string; token: string; value: unknown; ttl: number | null; stale_for: number };
export type CacheFulfillResult = { stored: boolean };

/** cache_release: Give up a lease of cache_lease without a value, so that another caller gets it */
export type CacheReleaseInput = { key: string; token: string };
export type CacheReleaseParameters = { key: string; token: string };
export type CacheReleaseResult = { released: boolean };

/** list_push: Push values onto a list, one after the other */
export type ListPushInput = { key: string; values: unknown[]; left?: boolean; ttl?: number | null; max_length?: number };
export type ListPushParameters = { key: string; values: unknown[]; left: boolean; ttl?: number | null; max_length?: number };
export type ListPushResult = { length: number };

/** list_pop: Remove one value from a list and return it; for work that must not be lost when its worker dies, use queue_take */
export type ListPopInput = { key: string; left?: boolean; wait?: number };
export type ListPopParameters = { key: string; left: boolean; wait: number };
export type ListPopResult = { value: unknown; found: boolean };

/** list_range: Read a range of a list, without removing values */
export type ListRangeInput = { key: string; start?: number; end?: number };
export type ListRangeParameters = { key: string; start: number; end: number };
export type ListRangeResult = { values: unknown[]; count: number };

/** list_length: Count the values of a list */
export type ListLengthInput = { key: string };
export type ListLengthParameters = { key: string };
export type ListLengthResult = { length: number };

/** list_delete: Delete a whole list */
export type ListDeleteInput = { key: string };
export type ListDeleteParameters = { key: string };
export type ListDeleteResult = { deleted: boolean };

/** hash_set: Set fields of a hash; other fields stay unchanged */
export type HashSetInput = { key: string; mapping: Record<string, unknown>; ttl?: number | null };
export type HashSetParameters = { key: string; mapping: Record<string, unknown>; ttl?: number | null };
export type HashSetResult = { fields: number };

/** hash_get: Read one field of a hash, or the whole hash */
export type HashGetInput = { key: string; field?: string };
export type HashGetParameters = { key: string; field?: string };
export type HashGetResult = { value?: unknown; data?: Record<string, unknown>; found: boolean };

/** hash_delete: Delete fields of a hash, or the whole hash */
export type HashDeleteInput = { key: string; fields?: string[] };
export type HashDeleteParameters = { key: string; fields?: string[] };
export type HashDeleteResult = { deleted: number };

/** hash_increment: Add to an integer in a field of a hash, atomically; an absent field counts as 0 */
export type HashIncrementInput = { key: string; field: string; by?: number };
export type HashIncrementParameters = { key: string; field: string; by: number };
export type HashIncrementResult = { value: number };

/** set_add: Add members to a set */
export type SetAddInput = { key: string; members: unknown[]; ttl?: number | null };
export type SetAddParameters = { key: string; members: unknown[]; ttl?: number | null };
export type SetAddResult = { added: number };

/** set_remove: Remove members from a set */
export type SetRemoveInput = { key: string; members: unknown[] };
export type SetRemoveParameters = { key: string; members: unknown[] };
export type SetRemoveResult = { removed: number };

/** set_members: List the members of a set, page by page */
export type SetMembersInput = { key: string; limit?: number; cursor?: string };
export type SetMembersParameters = { key: string; limit: number; cursor?: string };
export type SetMembersResult = { members: unknown[]; count: number; cursor: string | null };

/** set_is_member: Check whether a value is a member of a set */
export type SetIsMemberInput = { key: string; member: unknown };
export type SetIsMemberParameters = { key: string; member: unknown };
export type SetIsMemberResult = { is_member: boolean };

/** set_delete: Delete a whole set */
export type SetDeleteInput = { key: string };
export type SetDeleteParameters = { key: string };
export type SetDeleteResult = { deleted: boolean };

/** sorted_set_add: Add members with scores to a sorted set, such as a leaderboard, or change their scores */
export type SortedSetAddInput = { key: string; members: { member: unknown; score: number }[]; only_if?: "absent" | "present" | "greater" | "less"; ttl?: number | null };
export type SortedSetAddParameters = { key: string; members: { member: unknown; score: number }[]; only_if?: "absent" | "present" | "greater" | "less"; ttl?: number | null };
export type SortedSetAddResult = { added: number; changed: number };

/** sorted_set_range: Read members of a sorted set in the order of their scores, by rank or by score */
export type SortedSetRangeInput = { key: string; by?: "rank" | "score"; from?: number | null; to?: number | null; reverse?: boolean; limit?: number; offset?: number };
export type SortedSetRangeParameters = { key: string; by: "rank" | "score"; from?: number | null; to?: number | null; reverse: boolean; limit: number; offset: number };
export type SortedSetRangeResult = { members: { member: unknown; score: number }[]; count: number };

/** sorted_set_rank: Read the rank and the score of a member of a sorted set */
export type SortedSetRankInput = { key: string; member: unknown; reverse?: boolean };
export type SortedSetRankParameters = { key: string; member: unknown; reverse: boolean };
export type SortedSetRankResult = { rank: number | null; score: number | null; found: boolean };

/** sorted_set_increment: Add to the score of a member of a sorted set; a new member begins at 0 */
export type SortedSetIncrementInput = { key: string; member: unknown; by?: number };
export type SortedSetIncrementParameters = { key: string; member: unknown; by: number };
export type SortedSetIncrementResult = { score: number };

/** sorted_set_remove: Remove members from a sorted set */
export type SortedSetRemoveInput = { key: string; members: unknown[] };
export type SortedSetRemoveParameters = { key: string; members: unknown[] };
export type SortedSetRemoveResult = { removed: number };

/** sorted_set_delete: Delete a whole sorted set */
export type SortedSetDeleteInput = { key: string };
export type SortedSetDeleteParameters = { key: string };
export type SortedSetDeleteResult = { deleted: boolean };

/** session_create: Create a session, a JSON object that several callers can change safely, such as the state of a conversation; returns its random id */
export type SessionCreateInput = { data?: Record<string, unknown>; ttl?: number | null; owner?: string };
export type SessionCreateParameters = { data: Record<string, unknown>; ttl: number | null; owner?: string };
export type SessionCreateResult = { session_id: string; ttl: number | null; revision: number };

/** session_get: Read a session: its data, revision and times */
export type SessionGetInput = { session_id: string };
export type SessionGetParameters = { session_id: string };
export type SessionGetResult = { session: { id: string; data: Record<string, unknown>; created_at: string; updated_at: string; revision: number; owner?: string } | null; found: boolean; ttl: number | null };

/** session_list: List the sessions of an owner without their data, page by page, in no order */
export type SessionListInput = { owner: string; limit?: number; cursor?: string };
export type SessionListParameters = { owner: string; limit: number; cursor?: string };
export type SessionListResult = { sessions: ({ session_id: string; created_at: string; updated_at: string; revision: number; ttl: number | null })[]; count: number; cursor: string | null };

/** session_update: Set and remove top-level keys of the data of a session; for changes below them, use session_patch */
export type SessionUpdateInput = { session_id: string; data?: Record<string, unknown>; unset?: string[]; merge?: boolean; expected_revision?: number; fence?: number };
export type SessionUpdateParameters = { session_id: string; data: Record<string, unknown>; unset?: string[]; merge: boolean; expected_revision?: number; fence?: number };
export type SessionUpdateResult = { session_id: string; revision: number };

/** session_patch: Change the data of a session at every level with a JSON merge patch (RFC 7396); for whole top-level keys, use session_update */
export type SessionPatchInput = { session_id: string; patch: Record<string, unknown>; expected_revision?: number; fence?: number };
export type SessionPatchParameters = { session_id: string; patch: Record<string, unknown>; expected_revision?: number; fence?: number };
export type SessionPatchResult = { session_id: string; revision: number };

/** session_delete: Delete a session */
export type SessionDeleteInput = { session_id: string };
export type SessionDeleteParameters = { session_id: string };
export type SessionDeleteResult = { deleted: boolean };

/** session_extend: Set the time to live of a session, longer or shorter; changes of its data leave it unchanged */
export type SessionExtendInput = { session_id: string; ttl?: number | null };
export type SessionExtendParameters = { session_id: string; ttl: number | null };
export type SessionExtendResult = { session_id: string; ttl: number | null };

/** lock_acquire: Acquire a lock, so that only one process at a time does something; it ends after ttl seconds: extend it while you work, then release it */
export type LockAcquireInput = { name: string; ttl?: number; wait?: number; owner?: string };
export type LockAcquireParameters = { name: string; ttl: number; wait: number; owner?: string };
export type LockAcquireResult = { acquired: boolean; token: string | null; fence: number | null; expires_in_ms: number; owner: string | null };

/** lock_extend: Set a new end for a lock that you hold */
export type LockExtendInput = { name: string; token: string; ttl?: number };
export type LockExtendParameters = { name: string; token: string; ttl: number };
export type LockExtendResult = { extended: boolean; expires_in_ms: number | null };

/** lock_release: Give up a lock that you hold, so that the next caller gets it at once */
export type LockReleaseInput = { name: string; token: string };
export type LockReleaseParameters = { name: string; token: string };
export type LockReleaseResult = { released: boolean };

/** lock_status: Read who holds a lock, without acquiring it */
export type LockStatusInput = { name: string };
export type LockStatusParameters = { name: string };
export type LockStatusResult = { held: boolean; owner: string | null; fence: number | null; expires_in_ms: number | null };

/** pubsub_publish: Send a JSON message to the subscribers of a channel; it is lost for all who do not listen now: to keep it, use stream_append */
export type PubsubPublishInput = { channel: string; message: unknown };
export type PubsubPublishParameters = { channel: string; message: unknown };
export type PubsubPublishResult = { channel: string; subscribers: number };

/** pubsub_subscribe: Wait for messages on a channel, or on all channels that match a pattern; messages between two calls are lost: stream_read loses none */
export type PubsubSubscribeInput = { channel?: string; pattern?: string; count?: number; timeout?: number; subscription_id?: string };
export type PubsubSubscribeParameters = { channel?: string; pattern?: string; count: number; timeout: number; subscription_id?: string };
export type PubsubSubscribeResult = { channel: string | null; pattern?: string; subscription_id: string; messages: { channel: string; message: unknown }[]; received: number; reason: "count" | "timeout" | "unsubscribed" | "interrupted" };

/** pubsub_unsubscribe: End subscriptions of any process, by channel, pattern or subscription id */
export type PubsubUnsubscribeInput = { channel?: string; pattern?: string; subscription_id?: string };
export type PubsubUnsubscribeParameters = { channel?: string; pattern?: string; subscription_id?: string };
export type PubsubUnsubscribeResult = { unsubscribed: number };

/** queue_add: Add a job to a queue, which one worker takes with queue_take; for events that several readers get, use stream_append */
export type QueueAddInput = { queue: string; payload: unknown; delay?: number; priority?: number; dedup_id?: string; dedup_for?: number; max_attempts?: number; max_length?: number };
export type QueueAddParameters = { queue: string; payload: unknown; delay: number; priority: number; dedup_id?: string; dedup_for: number; max_attempts: number; max_length?: number };
export type QueueAddResult = { id: string; added: boolean };

/** queue_add_many: Add up to 1,000 jobs to a queue, all or none */
export type QueueAddManyInput = { queue: string; payloads: unknown[]; delay?: number; priority?: number; dedup_ids?: string[]; dedup_for?: number; max_attempts?: number; max_length?: number };
export type QueueAddManyParameters = { queue: string; payloads: unknown[]; delay: number; priority: number; dedup_ids?: string[]; dedup_for: number; max_attempts: number; max_length?: number };
export type QueueAddManyResult = { ids: string[]; added: number };

/** queue_take: Take jobs from a queue to do them; then call queue_ack, or queue_nack when they failed */
export type QueueTakeInput = { queue: string; count?: number; visibility?: number; wait?: number };
export type QueueTakeParameters = { queue: string; count: number; visibility: number; wait: number };
export type QueueTakeResult = { jobs: { id: string; payload: unknown; attempt: number; receipt: string; added_at: string; visible_until_ms: number; last_error?: string }[] };

/** queue_ack: Remove jobs that you took and finished */
export type QueueAckInput = { queue: string; receipts: string[] };
export type QueueAckParameters = { queue: string; receipts: string[] };
export type QueueAckResult = { acked: number; stale: string[] };

/** queue_nack: Give back jobs that you took and that failed, to be taken again; after max_attempts they are dead */
export type QueueNackInput = { queue: string; receipts: string[]; delay?: number; error?: string };
export type QueueNackParameters = { queue: string; receipts: string[]; delay?: number; error?: string };
export type QueueNackResult = { requeued: number; dead: number; stale: string[] };

/** queue_extend: Keep jobs that you took for longer, so that nobody else takes them */
export type QueueExtendInput = { queue: string; receipts: string[]; visibility?: number };
export type QueueExtendParameters = { queue: string; receipts: string[]; visibility: number };
export type QueueExtendResult = { extended: number; visible_until_ms: number | null; stale: string[] };

/** queue_get: Read one job and its state, without taking it */
export type QueueGetInput = { queue: string; id: string };
export type QueueGetParameters = { queue: string; id: string };
export type QueueGetResult = { job: { id: string; payload: unknown; priority: number; attempt: number; max_attempts: number; added_at: string; due_at_ms?: number; visible_until_ms?: number; died_at?: string; last_error?: string } | null; state: "ready" | "delayed" | "taken" | "dead" | null; found: boolean };

/** queue_cancel: Remove a job in any state; the receipt of a worker that holds it becomes stale */
export type QueueCancelInput = { queue: string; id: string };
export type QueueCancelParameters = { queue: string; id: string };
export type QueueCancelResult = { cancelled: boolean; state: "ready" | "delayed" | "taken" | "dead" | null };

/** queue_stats: Count the jobs of a queue by state, with the age of the oldest ready one */
export type QueueStatsInput = { queue: string };
export type QueueStatsParameters = { queue: string };
export type QueueStatsResult = { ready: number; delayed: number; taken: number; dead: number; due: number; oldest_age_ms: number | null };

/** queue_peek: List the jobs of a queue in one state, without taking them; dead ones show why they failed */
export type QueuePeekInput = { queue: string; state?: "ready" | "delayed" | "taken" | "dead"; limit?: number; cursor?: string };
export type QueuePeekParameters = { queue: string; state: "ready" | "delayed" | "taken" | "dead"; limit: number; cursor?: string };
export type QueuePeekResult = { jobs: { id: string; payload: unknown; priority: number; attempt: number; max_attempts: number; added_at: string; due_at_ms?: number; visible_until_ms?: number; died_at?: string; last_error?: string }[]; count: number; cursor: string | null };

/** queue_requeue: Make dead jobs of a queue ready again, with no attempts counted */
export type QueueRequeueInput = { queue: string; ids?: string[]; limit?: number };
export type QueueRequeueParameters = { queue: string; ids?: string[]; limit: number };
export type QueueRequeueResult = { moved: number };

/** queue_purge: Remove all jobs of a queue, or those of one state */
export type QueuePurgeInput = { queue: string; state?: "ready" | "delayed" | "taken" | "dead"; limit?: number };
export type QueuePurgeParameters = { queue: string; state?: "ready" | "delayed" | "taken" | "dead"; limit: number };
export type QueuePurgeResult = { removed: number; left: number };

/** stream_append: Append an event or message to a stream, which keeps it for all readers; for a job that one worker does, use queue_add */
export type StreamAppendInput = { stream: string; event: unknown; max_length?: number; ttl?: number | null };
export type StreamAppendParameters = { stream: string; event: unknown; max_length?: number; ttl?: number | null };
export type StreamAppendResult = { id: string };

/** stream_read: Read the events after an id; with last_id as after in the next call, no event is missed; to share events among workers, use stream_take */
export type StreamReadInput = { stream: string; after?: string; count?: number; wait?: number };
export type StreamReadParameters = { stream: string; after: string; count: number; wait: number };
export type StreamReadResult = { events: { id: string; event: unknown }[]; last_id: string; lost: number | null };

/** stream_take: Take events that no other consumer of the group has; without stream_ack, they are taken again after min_idle seconds */
export type StreamTakeInput = { stream: string; group: string; consumer?: string; count?: number; min_idle?: number; from?: string; wait?: number };
export type StreamTakeParameters = { stream: string; group: string; consumer: string; count: number; min_idle: number; from: string; wait: number };
export type StreamTakeResult = { events: { id: string; event: unknown; deliveries: number }[]; lost: number | null };

/** stream_ack: Acknowledge events of stream_take, so that the group does not take them again */
export type StreamAckInput = { stream: string; group: string; ids: string[] };
export type StreamAckParameters = { stream: string; group: string; ids: string[] };
export type StreamAckResult = { acked: number };

/** stream_info: Read the length of a stream, its first and last id, and the progress of each group */
export type StreamInfoInput = { stream: string };
export type StreamInfoParameters = { stream: string };
export type StreamInfoResult = { length: number; first_id: string | null; last_id: string | null; groups: ({ name: string; pending: number; lag: number | null })[] };

/** stream_trim: Remove the oldest events of a stream, by length or by id */
export type StreamTrimInput = { stream: string; max_length?: number; min_id?: string };
export type StreamTrimParameters = { stream: string; max_length?: number; min_id?: string };
export type StreamTrimResult = { removed: number };

/** stream_delete: Delete a stream and its groups; a new stream of the same name counts from 1 */
export type StreamDeleteInput = { stream: string };
export type StreamDeleteParameters = { stream: string };
export type StreamDeleteResult = { deleted: boolean };

/** rate_limit_check: Count a request against a limit per fixed time window, aligned to the server's clock; bursts at the border of two windows can reach twice the limit */
export type RateLimitCheckInput = { identifier: string; limit: number; window_seconds: number; cost?: number; wait?: number };
export type RateLimitCheckParameters = { identifier: string; limit: number; window_seconds: number; cost: number; wait: number };
export type RateLimitCheckResult = { allowed: boolean; current: number; limit: number; remaining: number; reset_at: number; retry_after_ms: number };

/** rate_limit_sliding_window: Count a request against a limit per sliding time window; never exceeds the limit, and stores each allowed request */
export type RateLimitSlidingWindowInput = { identifier: string; limit: number; window_seconds: number; cost?: number; wait?: number };
export type RateLimitSlidingWindowParameters = { identifier: string; limit: number; window_seconds: number; cost: number; wait: number };
export type RateLimitSlidingWindowResult = { allowed: boolean; current: number; limit: number; remaining: number; reset_at: number; retry_after_ms: number };

/** rate_limit_token_bucket: Take tokens from a bucket that refills at a constant rate; allows a burst, then a steady rate */
export type RateLimitTokenBucketInput = { identifier: string; capacity: number; refill_per_second: number; cost?: number; wait?: number };
export type RateLimitTokenBucketParameters = { identifier: string; capacity: number; refill_per_second: number; cost: number; wait: number };
export type RateLimitTokenBucketResult = { allowed: boolean; current: number; limit: number; remaining: number; reset_at: number; retry_after_ms: number };

/** rate_limit_combined: Count a request against several sliding windows at once, in all of them or in none */
export type RateLimitCombinedInput = { identifier: string; limits: { limit: number; window_seconds: number }[]; cost?: number; wait?: number };
export type RateLimitCombinedParameters = { identifier: string; limits: { limit: number; window_seconds: number }[]; cost: number; wait: number };
export type RateLimitCombinedResult = { allowed: boolean; blocking: number | null; limits: { limit: number; window_seconds: number; current: number; remaining: number; reset_at: number; retry_after_ms: number }[]; retry_after_ms: number };

/** rate_limit_reset: Forget all requests of an identifier, in all its windows and its bucket */
export type RateLimitResetInput = { identifier: string };
export type RateLimitResetParameters = { identifier: string };
export type RateLimitResetResult = { reset: number };

/** state_list: List the names, sizes and times to live of all structures of one kind, page by page, without contents */
export type StateListInput = { kind: "cache" | "list" | "hash" | "set" | "sorted_set" | "session" | "lock" | "queue" | "stream" | "rate_limit"; pattern?: string; limit?: number; cursor?: string };
export type StateListParameters = { kind: "cache" | "list" | "hash" | "set" | "sorted_set" | "session" | "lock" | "queue" | "stream" | "rate_limit"; pattern: string; limit: number; cursor?: string };
export type StateListResult = { entries: ({ name: string; ttl_ms: number | null; size: number })[]; count: number; cursor: string | null };

/** Every tool by its name. */
export type BundledTools = {
  "cache_get": { input: CacheGetInput; parameters: CacheGetParameters; result: CacheGetResult };
  "cache_get_many": { input: CacheGetManyInput; parameters: CacheGetManyParameters; result: CacheGetManyResult };
  "cache_set": { input: CacheSetInput; parameters: CacheSetParameters; result: CacheSetResult };
  "cache_set_many": { input: CacheSetManyInput; parameters: CacheSetManyParameters; result: CacheSetManyResult };
  "cache_delete": { input: CacheDeleteInput; parameters: CacheDeleteParameters; result: CacheDeleteResult };
  "cache_exists": { input: CacheExistsInput; parameters: CacheExistsParameters; result: CacheExistsResult };
  "cache_ttl": { input: CacheTtlInput; parameters: CacheTtlParameters; result: CacheTtlResult };
  "cache_touch": { input: CacheTouchInput; parameters: CacheTouchParameters; result: CacheTouchResult };
  "cache_keys": { input: CacheKeysInput; parameters: CacheKeysParameters; result: CacheKeysResult };
  "cache_increment": { input: CacheIncrementInput; parameters: CacheIncrementParameters; result: CacheIncrementResult };
  "cache_lease": { input: CacheLeaseInput; parameters: CacheLeaseParameters; result: CacheLeaseResult };
  "cache_fulfill": { input: CacheFulfillInput; parameters: CacheFulfillParameters; result: CacheFulfillResult };
  "cache_release": { input: CacheReleaseInput; parameters: CacheReleaseParameters; result: CacheReleaseResult };
  "list_push": { input: ListPushInput; parameters: ListPushParameters; result: ListPushResult };
  "list_pop": { input: ListPopInput; parameters: ListPopParameters; result: ListPopResult };
  "list_range": { input: ListRangeInput; parameters: ListRangeParameters; result: ListRangeResult };
  "list_length": { input: ListLengthInput; parameters: ListLengthParameters; result: ListLengthResult };
  "list_delete": { input: ListDeleteInput; parameters: ListDeleteParameters; result: ListDeleteResult };
  "hash_set": { input: HashSetInput; parameters: HashSetParameters; result: HashSetResult };
  "hash_get": { input: HashGetInput; parameters: HashGetParameters; result: HashGetResult };
  "hash_delete": { input: HashDeleteInput; parameters: HashDeleteParameters; result: HashDeleteResult };
  "hash_increment": { input: HashIncrementInput; parameters: HashIncrementParameters; result: HashIncrementResult };
  "set_add": { input: SetAddInput; parameters: SetAddParameters; result: SetAddResult };
  "set_remove": { input: SetRemoveInput; parameters: SetRemoveParameters; result: SetRemoveResult };
  "set_members": { input: SetMembersInput; parameters: SetMembersParameters; result: SetMembersResult };
  "set_is_member": { input: SetIsMemberInput; parameters: SetIsMemberParameters; result: SetIsMemberResult };
  "set_delete": { input: SetDeleteInput; parameters: SetDeleteParameters; result: SetDeleteResult };
  "sorted_set_add": { input: SortedSetAddInput; parameters: SortedSetAddParameters; result: SortedSetAddResult };
  "sorted_set_range": { input: SortedSetRangeInput; parameters: SortedSetRangeParameters; result: SortedSetRangeResult };
  "sorted_set_rank": { input: SortedSetRankInput; parameters: SortedSetRankParameters; result: SortedSetRankResult };
  "sorted_set_increment": { input: SortedSetIncrementInput; parameters: SortedSetIncrementParameters; result: SortedSetIncrementResult };
  "sorted_set_remove": { input: SortedSetRemoveInput; parameters: SortedSetRemoveParameters; result: SortedSetRemoveResult };
  "sorted_set_delete": { input: SortedSetDeleteInput; parameters: SortedSetDeleteParameters; result: SortedSetDeleteResult };
  "session_create": { input: SessionCreateInput; parameters: SessionCreateParameters; result: SessionCreateResult };
  "session_get": { input: SessionGetInput; parameters: SessionGetParameters; result: SessionGetResult };
  "session_list": { input: SessionListInput; parameters: SessionListParameters; result: SessionListResult };
  "session_update": { input: SessionUpdateInput; parameters: SessionUpdateParameters; result: SessionUpdateResult };
  "session_patch": { input: SessionPatchInput; parameters: SessionPatchParameters; result: SessionPatchResult };
  "session_delete": { input: SessionDeleteInput; parameters: SessionDeleteParameters; result: SessionDeleteResult };
  "session_extend": { input: SessionExtendInput; parameters: SessionExtendParameters; result: SessionExtendResult };
  "lock_acquire": { input: LockAcquireInput; parameters: LockAcquireParameters; result: LockAcquireResult };
  "lock_extend": { input: LockExtendInput; parameters: LockExtendParameters; result: LockExtendResult };
  "lock_release": { input: LockReleaseInput; parameters: LockReleaseParameters; result: LockReleaseResult };
  "lock_status": { input: LockStatusInput; parameters: LockStatusParameters; result: LockStatusResult };
  "pubsub_publish": { input: PubsubPublishInput; parameters: PubsubPublishParameters; result: PubsubPublishResult };
  "pubsub_subscribe": { input: PubsubSubscribeInput; parameters: PubsubSubscribeParameters; result: PubsubSubscribeResult };
  "pubsub_unsubscribe": { input: PubsubUnsubscribeInput; parameters: PubsubUnsubscribeParameters; result: PubsubUnsubscribeResult };
  "queue_add": { input: QueueAddInput; parameters: QueueAddParameters; result: QueueAddResult };
  "queue_add_many": { input: QueueAddManyInput; parameters: QueueAddManyParameters; result: QueueAddManyResult };
  "queue_take": { input: QueueTakeInput; parameters: QueueTakeParameters; result: QueueTakeResult };
  "queue_ack": { input: QueueAckInput; parameters: QueueAckParameters; result: QueueAckResult };
  "queue_nack": { input: QueueNackInput; parameters: QueueNackParameters; result: QueueNackResult };
  "queue_extend": { input: QueueExtendInput; parameters: QueueExtendParameters; result: QueueExtendResult };
  "queue_get": { input: QueueGetInput; parameters: QueueGetParameters; result: QueueGetResult };
  "queue_cancel": { input: QueueCancelInput; parameters: QueueCancelParameters; result: QueueCancelResult };
  "queue_stats": { input: QueueStatsInput; parameters: QueueStatsParameters; result: QueueStatsResult };
  "queue_peek": { input: QueuePeekInput; parameters: QueuePeekParameters; result: QueuePeekResult };
  "queue_requeue": { input: QueueRequeueInput; parameters: QueueRequeueParameters; result: QueueRequeueResult };
  "queue_purge": { input: QueuePurgeInput; parameters: QueuePurgeParameters; result: QueuePurgeResult };
  "stream_append": { input: StreamAppendInput; parameters: StreamAppendParameters; result: StreamAppendResult };
  "stream_read": { input: StreamReadInput; parameters: StreamReadParameters; result: StreamReadResult };
  "stream_take": { input: StreamTakeInput; parameters: StreamTakeParameters; result: StreamTakeResult };
  "stream_ack": { input: StreamAckInput; parameters: StreamAckParameters; result: StreamAckResult };
  "stream_info": { input: StreamInfoInput; parameters: StreamInfoParameters; result: StreamInfoResult };
  "stream_trim": { input: StreamTrimInput; parameters: StreamTrimParameters; result: StreamTrimResult };
  "stream_delete": { input: StreamDeleteInput; parameters: StreamDeleteParameters; result: StreamDeleteResult };
  "rate_limit_check": { input: RateLimitCheckInput; parameters: RateLimitCheckParameters; result: RateLimitCheckResult };
  "rate_limit_sliding_window": { input: RateLimitSlidingWindowInput; parameters: RateLimitSlidingWindowParameters; result: RateLimitSlidingWindowResult };
  "rate_limit_token_bucket": { input: RateLimitTokenBucketInput; parameters: RateLimitTokenBucketParameters; result: RateLimitTokenBucketResult };
  "rate_limit_combined": { input: RateLimitCombinedInput; parameters: RateLimitCombinedParameters; result: RateLimitCombinedResult };
  "rate_limit_reset": { input: RateLimitResetInput; parameters: RateLimitResetParameters; result: RateLimitResetResult };
  "state_list": { input: StateListInput; parameters: StateListParameters; result: StateListResult };
};
