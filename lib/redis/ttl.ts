/** A time to live in seconds as the scripts of tools/lua take it: null is for ever, absent leaves it as it is. */
export function ttlArgument(ttl: number | null | undefined): string {
  if (ttl === undefined) return '';
  return ttl === null ? 'never' : String(ttl);
}

/** Whole seconds, rounded up, of what PTTL answers; null for a key that lives for ever or is not there. */
export function secondsLeft(pttl: number): number | null {
  return pttl < 0 ? null : Math.ceil(pttl / 1000);
}
