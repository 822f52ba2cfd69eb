import { failure } from '../envelope.ts';
import { GantzError, type Failure } from '../errors.ts';
import type { Tool } from '../manifest/manifest.ts';
import { parseRequest } from '../parameters/request.ts';
import { isBundled, type Runner } from '../run/runner.ts';
import type { Line } from './lines.ts';

/** A line as a call that can begin, or the answer to a line that is not a call. */
export type Job = ReadyCall | { refusal: Failure };

type ReadyCall = {
  tool: Tool;
  params: unknown;
  /** Joins the fields of the answer. */
  extra: Extra | undefined;
  /** True for a script, an HTTP request or a handler, which do not share the one connection to Redis. */
  outside: boolean;
};

type Extra = { id?: unknown; line?: number };

/** Reads a line; undefined when there is nothing on it. */
export function readJob(line: Line, runner: Runner): Job | undefined {
  const { number } = line;
  if ('problem' in line) return { refusal: failure(line.problem, { line: number }) };
  const { text } = line;
  if (text.length < 2 && text.trim() === '') return undefined;
  try {
    const { tool: name, params, id } = parseRequest(text, ['tool', 'params', 'id']);
    const tool = runner.find(name);
    return {
      tool,
      params,
      extra: id === undefined ? undefined : { id },
      outside: !isBundled(tool.action),
    };
  } catch (error) {
    if (text.trim() === '') return undefined;
    return { refusal: failure(error, { ...idOf(text, error), line: number }) };
  }
}

/** The id of a call that cannot be made, so that its answer is found; none when digits of it would be lost. */
function idOf(text: string, error: unknown): Extra {
  const isInexact =
    error instanceof GantzError && error.details?.some(({ path }) => /^\/id(\/|$)/.test(path));
  if (isInexact) return {};
  try {
    const value: unknown = JSON.parse(text);
    const hasId = typeof value === 'object' && value !== null && Object.hasOwn(value, 'id');
    return hasId ? { id: (value as { id: unknown }).id } : {};
  } catch {
    return {};
  }
}
