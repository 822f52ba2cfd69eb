const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** Renders milliseconds as a duration of a manifest, such as `10m`, `1.5s` or `200ms`. */
export function describeMs(ms: number): string {
  const unit = UNITS.find(([, length]) => ms >= length && Number.isInteger((ms / length) * 10));
  return unit ? `${ms / unit[1]}${unit[0]}` : `${ms}ms`;
}
