import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A fresh token of 256 bits, `gtz_…`. */
export function createToken(): string {
  return `gtz_${randomBytes(32).toString('base64url')}`;
}

/** Checks an Authorization header against a token, in a time that does not depend on them. */
export function tokenCheck(token: string): (header: string | undefined) => boolean {
  const wanted = digest(token);
  return (header) => {
    const given = /^bearer +([^\s]+) *$/i.exec(header ?? '')?.[1] ?? '';
    return timingSafeEqual(digest(given), wanted);
  };
}

/** Digests have one length, which the comparison needs. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
