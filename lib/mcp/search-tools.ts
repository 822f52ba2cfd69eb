import type { Tool } from '../contract/manifest.ts';

/** What a search says about a tool. */
type Match = { name: string; description: string };

/** How much a word of the query counts that occurs in this text of a tool. */
const NAME_SCORE = 4;
const DESCRIPTION_SCORE = 2;
const PARAMETER_SCORE = 1;
/** How much another form of a word counts, compared with the word itself. */
const FORM = 0.7;

/** Words that say nothing about a tool. */
const STOP_WORDS = new Set(
  'a an and as at by can do for from i if in into is it its my of on one or that the this to tool use what when which with'.split(
    ' ',
  ),
);

/**
 * Finds the tools whose names, descriptions and parameters have the words of a query, best first; at most `limit`. `total` is how
 * many match. A query without words gives the names of all tools.
 */
export function searchTools(
  tools: readonly Tool[],
  query: string,
  limit: number,
): { tools: Match[]; total: number } | { names: string[]; total: number } {
  const words = wordsOf(query).filter((word) => !STOP_WORDS.has(word));
  if (words.length === 0) return { names: tools.map(({ name }) => name), total: tools.length };
  const found = tools
    .map((tool) => ({ tool, score: scoreOf(tool, words) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  const matches = found.slice(0, limit).map(({ tool: { name, description } }) => ({ name, description }));
  return { tools: matches, total: found.length };
}

/** Adds, for each word of the query, the score of the text that has it best. */
function scoreOf({ name, title = '', description, inputSchema }: Tool, words: readonly string[]): number {
  const texts: readonly (readonly [words: string[], score: number])[] = [
    [wordsOf(name), NAME_SCORE],
    [wordsOf(`${title} ${description}`), DESCRIPTION_SCORE],
    [wordsOf(Object.keys(inputSchema.properties).join(' ')), PARAMETER_SCORE],
  ];
  return words.reduce((sum, word) => {
    const scores = texts.map(
      ([others, score]) => score * Math.max(0, ...others.map((other) => match(word, other))),
    );
    return sum + Math.max(...scores);
  }, 0);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/** Returns 1 for equal words, less for forms of one word, such as `lock` and `locks`, and 0 for others. */
function match(word: string, other: string): number {
  if (word === other) return 1;
  const [short, long] = word.length < other.length ? [word, other] : [other, word];
  const stem = short.slice(0, Math.max(4, short.length - 1));
  const isForm =
    short.length >= 4 ? long.startsWith(stem) && long.length - short.length <= 3 : long === `${short}s`;
  return isForm ? FORM : 0;
}
