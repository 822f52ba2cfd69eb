// Settings that are written as text: in flags, environment variables and manifests.

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Parses a duration above 0, or with `orZero` of at least 0: `30` (seconds), `30s`, `1m30s`, `1.5s` or `500ms`. Returns milliseconds,
 * or undefined for any other text.
 */
export function parseDuration(text: string | number, { orZero = false } = {}): number | undefined {
  const ms = sumOf(text);
  return ms === 0 && !orZero ? undefined : ms;
}

/** Returns the milliseconds of a duration; undefined when it is none, or longer than a timer of Node. */
function sumOf(text: string | number): number | undefined {
  const source = String(text).trim();
  if (/^\d+(\.\d+)?$/.test(source)) return timerMs(Number(source) * 1000);
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(source)) return undefined;
  let total = 0;
  for (const [, amount, unit] of source.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    total += Number(amount) * (DURATION_UNITS[unit ?? ''] ?? 0);
  }
  return timerMs(total);
}

/** The longest timer of Node has 2^31 − 1 ms. */
function timerMs(ms: number): number | undefined {
  return ms <= 2_147_483_647 ? ms : undefined;
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1000,
  kib: 1024,
  mb: 1e6,
  mib: 1024 ** 2,
  gb: 1e9,
  gib: 1024 ** 3,
};

/** Parses a size above 0: `512`, `512KiB`, `10MiB` or `1MB`. Returns bytes, or undefined for any other text. */
export function parseSize(text: string): number | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = SIZE_UNITS[unit.toLowerCase()];
  if (amount === undefined || factor === undefined) return undefined;
  const bytes = Math.floor(Number(amount) * factor);
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Parses a number from 1 to 999999. Returns undefined for any other text. */
export function parseCount(text: string): number | undefined {
  return /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined;
}

/** Parses `1`, `true`, `yes`, `on` and their opposites. Returns undefined for any other text. */
export function parseSwitch(text: string): boolean | undefined {
  if (/^(1|true|yes|on)$/i.test(text)) return true;
  return /^(0|false|no|off)$/i.test(text) ? false : undefined;
}
