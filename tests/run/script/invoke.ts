import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProgressEvent } from '../../../lib/contract/call.ts';
import { Deadline } from '../../../lib/contract/deadline.ts';
import type { Result } from '../../../lib/contract/envelope.ts';
import { GantzError } from '../../../lib/contract/errors.ts';
import type { JsonSchema } from '../../../lib/contract/manifest.ts';
import type { ScriptAction } from '../../../lib/run/script/script-action.ts';
import { runScript } from '../../../lib/run/script/script.ts';

type Interpreter = 'sh' | 'bash' | 'zsh' | 'dash';
type Given = {
  params?: Record<string, unknown>;
  /** Schemas by name; strings for all parameters when absent. */
  properties?: Record<string, JsonSchema>;
  directory?: string;
  environment?: Record<string, string>;
  timeoutMs?: number;
  maxOutputBytes?: number;
  signal?: AbortSignal;
  emit?: (event: ProgressEvent) => void;
};

/** Creates an empty temporary folder. */
export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'gantz-script-'));
}

/** Runs a script action as a runner would. */
export async function invoke(
  action:
    | { shell: string; interpreter?: Interpreter; stdin?: string; workingDir?: string }
    | { command: string; args?: string[]; stdin?: string; workingDir?: string },
  {
    params = {},
    properties,
    directory = tmpdir(),
    environment = {},
    timeoutMs = 20_000,
    maxOutputBytes = 10 << 20,
    signal,
    emit = () => undefined,
  }: Given = {},
): Promise<Result> {
  const script: ScriptAction =
    'shell' in action
      ? { kind: 'script', env: {}, interpreter: 'sh', ...action }
      : { kind: 'script', env: {}, args: [], ...action };
  return await runScript({
    tool: {
      name: 'tool',
      description: '',
      inputSchema: {
        type: 'object',
        properties:
          properties ?? Object.fromEntries(Object.keys(params).map((name) => [name, { type: 'string' }])),
        required: [],
        additionalProperties: false,
      },
      annotations: {},
      action: script,
      environment: {},
      directory,
    },
    params,
    call: {
      deadline: new Deadline({ budgetMs: timeoutMs }),
      signal,
      emit,
      notice: () => undefined,
      follow: false,
      given: (name) => Object.hasOwn(params, name),
    },
    environment: { PATH: process.env['PATH'] ?? '', HOME: '/home/nobody', ...environment },
    maxOutputBytes,
    redis: () => {
      throw new Error('There is no Redis here');
    },
  });
}

/** Returns the error that a promise is rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<GantzError> {
  try {
    await promise;
  } catch (thrown) {
    if (thrown instanceof GantzError) return thrown;
    throw thrown;
  }
  throw new Error('It did not fail');
}
