/** A word of a command as far as it is known before it is expanded; `from` and `to` bound the placeholders in it. */
export type Word = {
  /** As it is written. */
  raw: string;
  /** What it is after its quotes are removed; undefined when something in it is expanded. */
  value: string | undefined;
  /** The part of it before anything is expanded. */
  prefix: string;
  /** The part of it after everything that is expanded. */
  tail: string;
  /** Whether it begins with a placeholder, so that the caller says whether it is an option. */
  leading: boolean;
  /** Whether it is nothing but unquoted expansions, which may leave no word at all. */
  vanishes: boolean;
  from: number;
  to: number;
  /** The piece of output that it begins with. */
  chunk: number;
};

/** The texts that a script assigns to a variable, or that a placeholder may have; undefined stands for one that is only known when it runs. */
export type Assigned = (name: string) => readonly (string | undefined)[];

const VARIABLE = /^"?\$(?:([A-Za-z_]\w*|0)|\{([A-Za-z_]\w*|0)(?::?[-=]"?([\w./+-]+)"?)?\})"?$/;
const FOUND = /^"?\$\(\s*(?:command\s+-v|which|type\s+-P)\s+([\w.+-]+)(?:\s+2>\s*\/dev\/null)?\s*\)"?$/;

/**
 * The programs that a word may name: one when it is known, those of `known` that its text fits otherwise. `undefined`
 * among them stands for any program at all.
 */
export function programsOf(
  { raw, value, prefix, tail, from, to }: Word,
  { assigned, known }: { assigned: Assigned; known: readonly string[] },
): (string | undefined)[] {
  if (value !== undefined) return [basename(value)];
  if (/\/[^/]/.test(tail)) return [basename(tail)];
  const written = raw.replaceAll(/["']/g, '');
  if (written.length === 1 && to > from) return assigned(written).map((text) => text && basename(text));
  const found = FOUND.exec(raw)?.[1];
  if (found !== undefined) return [found];
  const [, plain, braced, fallback] = VARIABLE.exec(raw) ?? [];
  const name = plain ?? braced;
  if (name !== undefined) {
    const values = [...assigned(name), ...(fallback === undefined ? [] : [fallback])].map(
      // Several words are a command of their own.
      (text) => (text === undefined || /\s/.test(text) ? undefined : basename(text)),
    );
    // By convention, and as long as nobody says otherwise.
    if (/^(?:0|SHELL|BASH)$/.test(name)) return [...values, 'sh'];
    return values.length > 0 ? values : [undefined];
  }
  const [start, end] = [basename(prefix), tail];
  if (start === '' && end === '') return [undefined];
  return known.filter(
    (one) => one.length >= start.length + end.length && one.startsWith(start) && one.endsWith(end),
  );
}

/** The last step of a path; zsh writes `=name` for the path of a program. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/^=/, '');
}
