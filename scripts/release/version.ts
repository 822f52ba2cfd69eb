/** Throws unless `version` has the form 1.2.3 and is higher than `current`. */
export function requireHigher(version: string, current: string): void {
  if (!/^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}$/.test(version))
    throw new Error(`${version} is not a version such as 1.2.3`);
  const [wanted, present] = [version, current].map((text) => text.split('.').map(Number));
  const differing = wanted?.findIndex((number, index) => number !== present?.[index]) ?? -1;
  if (differing === -1 || (wanted?.[differing] ?? 0) < (present?.[differing] ?? 0))
    throw new Error(`${version} is not higher than ${current}, the version in package.json`);
}

/** Returns 1.2.4 for 1.2.3. */
export function nextPatch(version: string): string {
  return version.replace(/\d+$/, (patch) => String(Number(patch) + 1));
}
