import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Returns a new random token of 256 bits, `gtz_…`. */
export function createToken(): string {
  return `gtz_${randomBytes(32).toString('base64url')}`;
}

/** Returns a check of an Authorization header against a token. It compares in constant time. */
export function tokenCheck(token: string): (header: string | undefined) => boolean {
  const wanted = digest(token);
  return (header) => {
    const given = /^bearer +([^\s]+) *$/i.exec(header ?? '')?.[1] ?? '';
    return timingSafeEqual(digest(given), wanted);
  };
}

/** `timingSafeEqual` needs inputs of equal length, which digests have. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
