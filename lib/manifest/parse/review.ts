import type { ProblemInText, Tool } from '../../contract/manifest.ts';
import { member, type Node } from '../yaml/node.ts';
import { error, warn, type Problems } from '../yaml/problems.ts';
import type { Place } from '../yaml/source.ts';
import type { ToolSyntax } from './action.ts';

/** Finds more problems of a parsed tool. */
export type Review = (tool: Tool) => readonly ProblemInText[] | Promise<readonly ProblemInText[]>;

/** Reviews one tool and reports each problem at its place in the file. */
export async function reviewTool(
  problems: Problems,
  review: Review,
  { tool, node, actions }: { tool: Tool; node: Node; actions: ToolSyntax['actions'] },
): Promise<void> {
  problems.tool = tool.name;
  const start = actionOf(tool, node, actions).at;
  for (const problem of await review(tool)) {
    const report = problem.severity === 'error' ? error : warn;
    const place = placeOfTest(problem, node) ?? placeOf(problem, start);
    report(problems, place, problem.message, problem.hint);
  }
  problems.tool = undefined;
}

function actionOf({ action }: Tool, node: Node, actions: ToolSyntax['actions']): Node {
  const key = actions.find(({ kind }) => kind === action?.kind)?.key;
  return (node.kind === 'map' && key !== undefined && member(node, key)) || node;
}

/** Returns the place of the test that a problem is about; undefined when it is about no test. */
function placeOfTest({ test }: ProblemInText, node: Node): Place | undefined {
  const tests = test === undefined || node.kind !== 'map' ? undefined : member(node, 'tests');
  return tests?.kind === 'list' ? tests.items[test ?? 0]?.at : undefined;
}

/**
 * Returns the place of the text that has a problem: its first line is searched from the start of the action on, because
 * indentation, quotes and escapes make the offsets of a text differ from those of the file.
 */
export function placeOf({ text, offset = 0, length }: ProblemInText, start: Place): Place {
  if (text === undefined) return start;
  const marked = text.slice(offset, length === undefined ? undefined : offset + length);
  const before = marked === '' ? 0 : text.slice(0, offset).split(marked).length - 1;
  const [line = ''] = marked.split('\n', 1);
  const file = start.source.text;
  let at = line === '' ? -1 : file.indexOf(line, start.offset);
  for (let count = 0; count < before && at >= 0; count++) at = file.indexOf(line, at + 1);
  return at < 0 ? start : { source: start.source, offset: at };
}
