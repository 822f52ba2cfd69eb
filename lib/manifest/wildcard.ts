/** Returns a function that matches names against a pattern; `*` is any text, `?` one character. */
export function wildcard(pattern: string): (name: string) => boolean {
  if (!/[*?]/.test(pattern)) return (name) => name === pattern;
  const source = pattern.replace(/\*+|[^*]/g, (part) =>
    part.startsWith('*') ? '.*' : part === '?' ? '.' : part.replace(/[$()+./[\\\]^{|}]/, '\\$&'),
  );
  const expression = new RegExp(`^${source}$`, 's');
  return (name) => expression.test(name);
}
