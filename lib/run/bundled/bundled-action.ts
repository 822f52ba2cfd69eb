/** An operation of the Redis tools: `get` of the group `cache`. */
export type BundledAction = { kind: 'bundled'; group: string; operation: string };
