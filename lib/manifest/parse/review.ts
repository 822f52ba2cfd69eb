import { error, warn, type Findings } from '../yaml/problems.ts';
import type { Tool } from '../manifest.ts';
import { member, type Node } from '../yaml/node.ts';
import type { Place } from '../yaml/source.ts';

/** What someone who knows more about a tool's action than its file does has to say of it. */
export type LintProblem = {
  severity: 'error' | 'warning';
  message: string;
  hint?: string;
  /** The part of the action's text that it is about; its first line is looked for. */
  text?: string;
  /** How many times that part stands before it in the same text. */
  before?: number;
};

/** Looks at one tool that could be read. */
export type Lint = (tool: Tool) => readonly LintProblem[] | Promise<readonly LintProblem[]>;

/** Runs a lint over a tool and puts what it finds at its place in the file. */
export async function runLint(findings: Findings, lint: Lint, tool: Tool, node: Node): Promise<void> {
  findings.tool = tool.name;
  for (const { severity, message, hint, text, before } of await lint(tool)) {
    const report = severity === 'error' ? error : warn;
    report(findings, placeOf(actionOf(node), text, before), message, hint);
  }
  findings.tool = undefined;
}

function actionOf(tool: Node): Node {
  if (tool.kind !== 'map') return tool;
  return member(tool, 'script') ?? member(tool, 'http') ?? member(tool, 'handler') ?? tool;
}

/** The occurrence of a text from a node on; indentation, quotes and escapes keep offsets from being counted. */
function placeOf({ at }: Node, text: string | undefined, before = 0): Place {
  const [line = ''] = text?.split('\n', 1) ?? [];
  let offset = line === '' ? -1 : at.source.text.indexOf(line, at.offset);
  for (let count = 0; count < before && offset >= 0; count++)
    offset = at.source.text.indexOf(line, offset + 1);
  return offset < 0 ? at : { source: at.source, offset };
}
