const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `30` (seconds), `30s`, `1m30s`, `1.5s` or `500ms`; undefined for anything else and for nothing at all. */
export function parseDuration(text: string | number): number | undefined {
  const source = String(text).trim();
  if (/^\d+(\.\d+)?$/.test(source)) return positive(Number(source) * 1000);
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(source)) return undefined;
  let total = 0;
  for (const [, amount, unit] of source.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  }
  return positive(total);
}

/** A timer of Node holds no more than 2^31 − 1 ms. */
function positive(ms: number): number | undefined {
  return ms > 0 && ms <= 2_147_483_647 ? ms : undefined;
}
