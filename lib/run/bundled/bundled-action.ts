/** An operation of a bundled Redis tool, such as `get` of the group `cache`. */
export type BundledAction = { kind: 'bundled'; group: string; operation: string };
