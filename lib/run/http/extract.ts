import { losesDigits } from '../../json/number.ts';

/** One step of a path into a JSON value: the name of a member, or the index of an element. */
export type Step = string | number;

const STEP = /\.?([^.[\]'"\s]+)|\[\s*(\d+)\s*\]|\[\s*(?:'([^']*)'|"([^"]*)")\s*\]/y;

/** Parses a path such as `data.items[0].name`, `$.a['b c']` or `$`. Returns undefined for any other text. */
export function parsePath(text: string): Step[] | undefined {
  const path = text.trim().replace(/^\$(?=$|[.[])/, '');
  const steps: Step[] = [];
  for (let at = 0; at < path.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const match = STEP.exec(path);
    const [whole = '', name, index, single, double] = match ?? [];
    // A name after the first step needs a dot.
    const joined = name === undefined || whole.startsWith('.') || at === 0;
    if (!match || !joined) return undefined;
    steps.push(index === undefined ? (name ?? single ?? double ?? '') : Number(index));
  }
  return steps.length === 0 && text.trim() !== '$' ? undefined : steps;
}

/** Returns the value at a path. `missing` is the reason when there is no value. */
export function extract(value: unknown, steps: readonly Step[]): { value: unknown } | { missing: string } {
  let here = value;
  for (const [done, step] of steps.entries()) {
    const key = String(step);
    const fits = Array.isArray(here)
      ? /^\d+$/.test(key)
      : typeof here === 'object' && here !== null && typeof step === 'string';
    if (!fits || !Object.hasOwn(here as object, key)) {
      return { missing: `${describePath(steps.slice(0, done))} ${describeValue(here)}` };
    }
    here = (here as Record<string, unknown>)[key];
  }
  return { value: here };
}

/** Replaces every number of a JSON text that would lose digits by a string of its digits. */
export function quoteLongNumbers(text: string): string {
  return text.replace(/"(?:[^"\\]+|\\.)*"|-?\d[\d.eE+-]*/g, (token) =>
    token.startsWith('"') || !losesDigits(token) ? token : `"${token}"`,
  );
}

function describePath(steps: readonly Step[]): string {
  if (steps.length === 0) return 'the response';
  return steps
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '');
}

function describeValue(value: unknown): string {
  if (value === null) return 'is null';
  if (Array.isArray(value)) return `is a list of ${value.length}`;
  if (typeof value !== 'object') return `is a ${typeof value}`;
  const names = Object.keys(value);
  if (names.length === 0) return 'is an empty object';
  return `has ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`;
}
