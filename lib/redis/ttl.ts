/**
 * Converts a time to live in seconds to an argument of the scripts in tools/lua: 'never' for null, which keeps the key
 * for ever, and '' when it is absent, which leaves the time to live unchanged.
 */
export function ttlArgument(ttl: number | null | undefined): string {
  if (ttl === undefined) return '';
  return ttl === null ? 'never' : String(ttl);
}

/** Converts a reply of PTTL to whole seconds, rounded up. Returns null for a key without expiry or an absent key. */
export function secondsLeft(pttl: number): number | null {
  return pttl < 0 ? null : Math.ceil(pttl / 1000);
}
