import { distance } from 'fastest-levenshtein';
import { foldName } from './names.ts';

/**
 * Returns the candidate that differs least from a word, undefined when all of them differ too much. Case and the
 * difference between `-` and `_` are ignored.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(word);
  let best: string | undefined;
  // A third of the letters may differ; in a short word two letters may be swapped.
  let least = Math.min(wanted.length, Math.max(3, Math.floor(wanted.length / 3) + 1));
  for (const candidate of candidates) {
    const cost = distance(wanted, fold(candidate));
    if (cost < least) [best, least] = [candidate, cost];
  }
  return best;
}

/** Returns true when a word is hardly anything but a wrong spelling of a name: one letter is wrong, or two are swapped. */
export function isMisspelling(word: string, name: string): boolean {
  const [written, meant] = [fold(word), fold(name)];
  const cost = distance(written, meant);
  return cost <= 1 || (cost === 2 && (meant.length >= 10 || sorted(written) === sorted(meant)));
}

function sorted(word: string): string {
  return Array.from(word).sort().join('');
}

function fold(word: string): string {
  return foldName(word.toLowerCase());
}
