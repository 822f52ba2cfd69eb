import { distance } from 'fastest-levenshtein';
import { foldName } from './names.ts';

/** The candidate that was probably meant by a word, or undefined when none is close; case and `-` against `_` count nothing. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = fold(word);
  let best: string | undefined;
  // A third of the word may be wrong, and in a short one two letters may have changed places.
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
