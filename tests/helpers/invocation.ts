import { Deadline } from '../../lib/contract/deadline.ts';
import type { Action, Tool } from '../../lib/contract/manifest.ts';
import type { Invocation } from '../../lib/run/invocation.ts';

/** Each option has a default. */
export type InvocationOptions = {
  /** The parameters that the tool declares (default: those of `params`). */
  names?: readonly string[];
  params?: Record<string, unknown>;
  environment?: Record<string, string>;
  directory?: string;
  timeoutMs?: number;
  maxOutputBytes?: number;
  signal?: AbortSignal;
  annotations?: Tool['annotations'];
};

/** Returns an invocation of a tool with the given action. `notices` collects the notices of the call. */
export function invocationOf<A extends Action>(
  action: A,
  {
    params = {},
    names = Object.keys(params),
    environment = {},
    directory = '/',
    timeoutMs = 60_000,
    maxOutputBytes = 1024 * 1024,
    signal,
    annotations = {},
  }: InvocationOptions = {},
): Invocation<A> & { notices: string[] } {
  const notices: string[] = [];
  return {
    notices,
    tool: {
      name: 'tool',
      description: 'a tool of a test',
      inputSchema: {
        type: 'object',
        properties: Object.fromEntries(names.map((name) => [name, {}])),
        required: [],
        additionalProperties: false,
      },
      annotations,
      action,
      environment: {},
      directory,
    },
    params,
    call: {
      deadline: new Deadline({ budgetMs: timeoutMs }),
      signal,
      emit: () => undefined,
      notice: (text) => void notices.push(text),
      follow: false,
      given: (name) => Object.hasOwn(params, name),
    },
    environment: { PATH: process.env['PATH'] ?? '', ...environment },
    maxOutputBytes,
    redis: () => {
      throw new Error('This invocation has no Redis');
    },
  };
}
