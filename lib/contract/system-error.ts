/**
 * Returns the reason of a failed system call for a sentence, with its code: `permission denied (EACCES)`. Returns the
 * message of any other error.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  // The message of Node and Bun is "EACCES: permission denied, open '/a'".
  const [, text] = /^E[A-Z0-9]+: ([^,]+)/.exec(error.message) ?? [];
  return code !== undefined && text !== undefined ? `${text} (${code})` : error.message;
}
