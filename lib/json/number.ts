/**
 * Whether a JSON number literal changes its decimal digits when it becomes a double: too many digits, or out of range.
 * `1.0`, `0.10` and `1e300` keep theirs; `12345678901234567890`, `3.141592653589793238` and `1e400` do not.
 */
export function losesDigits(literal: string): boolean {
  // Fifteen significant digits always survive the way there and back, exponents of a double's range aside.
  if (literal.length <= 15 && !/[eE]/.test(literal)) return false;
  const value = Number(literal);
  return !Number.isFinite(value) || canonical(literal) !== canonical(String(value));
}

/** Sign-less significant digits and the power of ten of the last one, the same for every spelling of a number. */
function canonical(literal: string): string {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  // An exponent of any length must stay exact.
  return `${significant}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)}`;
}
