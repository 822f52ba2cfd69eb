/**
 * Returns true when a JSON number literal has too many digits for a double or is out of its range. `1.0`, `0.10` and
 * `1e300` keep their digits; `12345678901234567890`, `3.141592653589793238` and `1e400` lose some.
 */
export function losesDigits(literal: string): boolean {
  // A double keeps fifteen significant digits. Without an exponent, so few digits are also within its range.
  if (literal.length <= 15 && !/[eE]/.test(literal)) return false;
  const value = Number(literal);
  return !Number.isFinite(value) || canonical(literal) !== canonical(String(value));
}

/**
 * Returns the significant digits without sign, and the power of ten of the last one. It is the same for all forms of a
 * number.
 */
function canonical(literal: string): string {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  // BigInt keeps an exponent of any length exact.
  return `${significant}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)}`;
}
