import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { openGantz } from '../../lib/library/library.ts';
import { endOf, endWithTests } from './children.ts';

/** What `killCallers` needs. */
export type KillOptions = {
  program: string;
  env: Readonly<Record<string, string>>;
  kills: number;
  /** How many processes run at a time. */
  parallel?: number;
};

/** How many calls each process makes. */
const CALLS = 20;

/**
 * Starts processes that each make some calls with idempotency keys, kills each one at a random moment, and repeats all its calls. Fails
 * unless each call has its effect exactly once and each answer that a process printed is that of the repetition. Returns counts.
 */
export async function killCallers({
  program,
  env,
  kills,
  parallel = 2,
}: KillOptions): Promise<{ acknowledged: number; replayed: number; effects: number }> {
  await using gantz = await openGantz({ env });
  const total = { acknowledged: 0, replayed: 0, effects: 0 };
  const wholeMs = await timeOf({ program, env });
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < kills) {
      const kill = next++;
      const calls = callsOf(kill);
      // Each second process is killed at any time of its life, and each other one between two of its answers.
      const moment =
        kill % 2 === 0
          ? { ms: Math.random() * 1.2 * wholeMs }
          : { answers: Math.floor(Math.random() * CALLS) };
      const answers = await killedAnswers({ program, env }, calls, moment);
      total.acknowledged += answers.length;
      for (const [index, { tool, params, idempotency_key: key }] of calls.entries()) {
        const { gantz: notes, ...answer } = await gantz.call(tool, params, { idempotencyKey: key });
        if (notes) total.replayed++;
        const printed = answers[index];
        if (printed === undefined) continue;
        assert.deepEqual(notes, { replayed: true }, `${key} was acknowledged`);
        assert.deepEqual({ success: true, ...answer }, printed, key);
      }
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));

  const expected = Array.from({ length: kills }, (_, kill) => callsOf(kill)).flat();
  const { values } = await gantz.call('list_range', { key: 'killed' });
  const pushed = expected.filter(({ tool }) => tool === 'list_push').map(({ idempotency_key: key }) => key);
  assert.deepEqual(values.map(String).sort(), pushed.sort(), 'each value was pushed once');
  const { value } = await gantz.call('cache_get', { key: 'killed' });
  assert.equal(
    value,
    expected.filter(({ tool }) => tool === 'cache_increment').length,
    'each step was added once',
  );
  total.effects = expected.length;
  return total;
}

type KeyedLine = { tool: string; params: Record<string, unknown>; idempotency_key: string };

/** Returns the calls of one process: their effects can be counted. */
function callsOf(kill: number): KeyedLine[] {
  return Array.from({ length: CALLS }, (_, index) => {
    const key = `${kill}-${index}`;
    return index % 2 === 0
      ? { tool: 'list_push', params: { key: 'killed', values: [key] }, idempotency_key: key }
      : { tool: 'cache_increment', params: { key: 'killed', by: 1 }, idempotency_key: key };
  });
}

type Program = Pick<KillOptions, 'program' | 'env'>;

/** Returns how long a process with reading calls takes, in milliseconds. */
async function timeOf({ program, env }: Program): Promise<number> {
  const startedAt = performance.now();
  const calls = Array.from({ length: CALLS }, () => ({ tool: 'cache_get', params: { key: 'killed' } }));
  await killedAnswers({ program, env }, calls, {});
  return performance.now() - startedAt;
}

/** Runs calls in a process that is killed after some milliseconds or answers. Returns the answers that it printed. */
async function killedAnswers(
  { program, env }: Program,
  calls: readonly object[],
  moment: { ms?: number; answers?: number },
): Promise<unknown[]> {
  const child = endWithTests(
    spawn(program, ['batch', '--concurrency', '1', '-'], {
      env: { PATH: process.env['PATH'], HOME: '/dev/null', ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  );
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (moment.answers !== undefined && text.split('\n').length - 1 > moment.answers) child.kill('SIGKILL');
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(calls.map((call) => `${JSON.stringify(call)}\n`).join(''));
  const { ms } = moment;
  const timer = ms === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), ms);
  await endOf(child, { what: 'the end of the caller' });
  clearTimeout(timer);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}
