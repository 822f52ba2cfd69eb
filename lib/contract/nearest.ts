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

function fold(word: string): string {
  return foldName(word.toLowerCase());
}
