import { failure } from '../contract/envelope.ts';
import { GantzError, type Failure } from '../contract/errors.ts';
import type { Line, LineProblem } from '../json/lines.ts';
import type { Tool } from '../contract/manifest.ts';
import { parseRequest, type CallRequest } from '../parameters/request.ts';
import type { Wishes } from '../run/guards/guard.ts';
import { mayBeCached, needsRedis } from '../run/kinds.ts';
import type { Runner } from '../run/runner.ts';

/** The size limit of a line, in bytes. */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** A call that can begin, or the answer to a line that is not a call. */
export type Job = ReadyCall | { refusal: Failure };

export type ReadyCall = {
  tool: Tool;
  params: unknown;
  /** The idempotency key, the confirmation and the trace of the line; undefined without them. */
  wishes: Wishes | undefined;
  /** Fields to add to the answer. */
  extra: Extra | undefined;
  /** True for scripts, HTTP requests and handlers, which do not use the shared connection to Redis. */
  outside: boolean;
  /** True when its answer may come from the cache of answers, which is in Redis. */
  mayBeCached: boolean;
  /** The length of its line, in characters. */
  length: number;
};

type Extra = { id?: unknown; line?: number };

const MEMBERS = ['tool', 'params', 'id', 'idempotency_key', 'confirm', 'traceparent', 'tracestate'] as const;

/** Parses a line; `number` counts from 1. Returns undefined for a blank line. Does not throw. */
export function readJob(line: Line, number: number, runner: Runner): Job | undefined {
  if ('problem' in line) return { refusal: failure(explain(line.problem), { line: number }) };
  const { text } = line;
  if (text.length < 2 && text.trim() === '') return undefined;
  try {
    const request = parseRequest(text, MEMBERS);
    const { tool: name, params, id } = request;
    const tool = runner.find(name);
    return {
      tool,
      params,
      wishes: wishesOf(request),
      extra: id === undefined ? undefined : { id },
      outside: !needsRedis(tool),
      mayBeCached: mayBeCached(tool),
      length: text.length,
    };
  } catch (error) {
    if (text.trim() === '') return undefined;
    return { refusal: failure(error, { ...idOf(text, error), line: number }) };
  }
}

function wishesOf({
  idempotency_key: idempotencyKey,
  confirm,
  traceparent,
  tracestate,
}: CallRequest): Wishes | undefined {
  if (idempotencyKey === undefined && confirm === undefined && traceparent === undefined) return undefined;
  if (traceparent !== undefined && typeof traceparent !== 'string')
    throw new GantzError('USAGE', '"traceparent" must be a string');
  if (confirm !== undefined && typeof confirm !== 'boolean')
    throw new GantzError('USAGE', '"confirm" must be true or false');
  return {
    ...(idempotencyKey !== undefined && { idempotencyKey }),
    ...(confirm !== undefined && { confirm }),
    ...(traceparent !== undefined && {
      origin: { interface: 'batch', carriers: [{ traceparent, tracestate }] },
    }),
  };
}

function explain(problem: LineProblem): GantzError {
  return problem === 'too-long'
    ? new GantzError('USAGE', `The line is longer than ${MAX_LINE_BYTES} bytes`, {
        hint: 'A single call with - or @file takes parameters of any length.',
      })
    : new GantzError('INVALID_JSON', 'The line is not UTF-8 text');
}

/** Returns the id of a call that cannot begin; nothing when parsing the id would lose digits. */
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
