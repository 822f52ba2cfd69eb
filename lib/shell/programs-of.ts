import type { Reporter } from './program.ts';
import { basename, type Word } from './word.ts';

const VARIABLE = /^"?\$(?:([A-Za-z_]\w*|0)|\{([A-Za-z_]\w*|0)(?::?[-=]"?([\w./+-]+)"?)?\})"?$/;
const FOUND = /^"?\$\(\s*(?:command\s+-v|which|type\s+-P)\s+([\w.+-]+)(?:\s+2>\s*\/dev\/null)?\s*\)"?$/;

/**
 * Returns the programs that a command word may name: one when the word is known, otherwise those of `known` that fit
 * the part which is known. `undefined` stands for any program.
 */
export function programsOf(
  { raw, value, prefix, tail, given }: Word,
  { texts, known }: Pick<Reporter, 'texts'> & { known: Iterable<string> },
): (string | undefined)[] {
  if (value !== undefined) return [basename(value)];
  if (/\/[^/]/.test(tail)) return [basename(tail)];
  const written = raw.replaceAll(/["']/g, '');
  if (written.length === 1 && given) return texts(written).map((text) => text && basename(text));
  const found = FOUND.exec(raw)?.[1];
  if (found !== undefined) return [found];
  const [, plain, braced, fallback] = VARIABLE.exec(raw) ?? [];
  const name = plain ?? braced;
  if (name !== undefined) {
    const values = [...texts(name), ...(fallback === undefined ? [] : [fallback])].map(
      // A value of several words is a command with arguments.
      (text) => (text === undefined || /\s/.test(text) ? undefined : basename(text)),
    );
    // Without an assignment these name a shell.
    if (/^(?:0|SHELL|BASH)$/.test(name)) return [...values, 'sh'];
    return values.length > 0 ? values : [undefined];
  }
  const start = basename(prefix);
  if (start === '' && tail === '') return [undefined];
  return [...known].filter(
    (one) => one.length >= start.length + tail.length && one.startsWith(start) && one.endsWith(tail),
  );
}

/** Returns what the script itself assigns to a variable, as far as it is plain text. */
export function assignedTexts(
  script: string,
  name: string,
  hasPlaceholder: (text: string) => boolean,
): (string | undefined)[] {
  const assignment = new RegExp(
    `(?<![\\w$])${name}:?\\+?=(?:"([^"\\\\$\`]*)"|'([^']*)'|([^\\s;&|(){}<>"'\\\\$\`]*))(.?)`,
    'gs',
  );
  return Array.from(script.matchAll(assignment), ([, double, single, bare, after = '']) => {
    const value = double ?? single ?? bare ?? '';
    return /^[\s;&|)}]?$/.test(after) && !hasPlaceholder(value) ? value : undefined;
  });
}
