import { error, warn, type Findings } from './findings.ts';
import type { Tool } from './manifest.ts';
import { member, type Node } from './node.ts';
import type { Place } from './source.ts';

/** What someone who knows more about a tool than its file does has to say; `path` leads to the text it is about. */
export type LintProblem = {
  severity: 'error' | 'warning';
  message: string;
  hint?: string;
  /** Keys and indices from the tool, as written in the file: `['script', 'args', 1]`. */
  path: readonly (string | number)[];
  /** What of that text it is about. */
  offset?: number;
  length?: number;
};

/** Looks at one tool that could be read. */
export type Lint = (tool: Tool) => readonly LintProblem[] | Promise<readonly LintProblem[]>;

/** Runs a lint over a tool and puts what it finds at its place in the file. */
export async function runLint(findings: Findings, lint: Lint, tool: Tool, node: Node): Promise<void> {
  findings.tool = tool.name;
  for (const { severity, message, hint, path, offset, length } of await lint(tool)) {
    const report = severity === 'error' ? error : warn;
    report(findings, placeIn(find(node, path), offset, length), message, hint);
  }
  findings.tool = undefined;
}

/** The node that a path leads to, or the last one on the way. */
function find(node: Node, path: readonly (string | number)[]): Node {
  const [step, ...rest] = path;
  if (step === undefined) return node;
  const next =
    node.kind === 'map'
      ? member(node, String(step))
      : node.kind === 'list'
        ? node.items[Number(step)]
        : undefined;
  return next ? find(next, rest) : node;
}

/**
 * A part of a text in the file. Indentation, quotes and escapes make the two differ, so the part itself is looked
 * for: as the same occurrence of its words as in the text.
 */
function placeIn(node: Node, offset: number | undefined, length: number | undefined): Place {
  const { source, offset: start } = node.at;
  if (node.kind !== 'scalar' || offset === undefined) return node.at;
  const [part = ''] = node.text.slice(offset, offset + (length ?? 1)).split('\n', 1);
  if (part === '') return node.at;
  let found = start - 1;
  for (let at = node.text.indexOf(part); at !== -1 && at <= offset; at = node.text.indexOf(part, at + 1)) {
    const next = source.text.indexOf(part, found + 1);
    if (next === -1) break;
    found = next;
  }
  return { source, offset: Math.max(found, start) };
}
