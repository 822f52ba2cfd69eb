import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { before, describe, it } from 'node:test';
import { endOf, endWithTests } from '../helpers/children.ts';
import { compileProgram } from '../helpers/program.ts';
import { useRows } from '../helpers/rows.ts';
import { waitFor } from '../helpers/wait.ts';

/** Ten callers in one process that need one value. The one that gets the lease counts the computation. */
const PROGRAM = `
  import { Deadline } from './lib/contract/deadline.ts';
  import { openRedis } from './lib/redis/open.ts';
  import { cache } from './tools/cache.ts';

  const [url, namespace, key, lease_seconds, role] = process.argv.slice(1);
  const redis = openRedis({ url, namespace, env: process.env, mode: 'long-lived', notice() {} });
  const call = (operation, params) => {
    const deadline = new Deadline({ budgetMs: 60_000 });
    return redis.use({ deadline }, (connection) => cache[operation](connection, params, { deadline }));
  };
  const line = () => new Promise((resolve) => process.stdin.once('data', resolve));
  async function get() {
    const options = { lease_seconds: Number(lease_seconds), wait: 50, allow_stale: false };
    const { value, token } = await call('lease', { key, ...options });
    if (token === null) return value;
    if (role === 'dies') {
      process.stdout.write('holds');
      await line();
    }
    const computed = (await call('increment', { key: key + ':computed', by: 1 })).value;
    await call('fulfill', { key, token, value: 'computed ' + computed, ttl: 60, stale_for: 0 });
    return 'computed ' + computed;
  }
  await call('exists', { key });
  process.stdout.write('ready ');
  await line();
  const values = await Promise.all(Array.from({ length: role === 'dies' ? 1 : 10 }, get));
  process.stdout.write(JSON.stringify(values));
  await redis.close();
  process.exit();
`;

type Caller = { child: ChildProcess; output: () => string; ended: Promise<number | null> };

describe('the leases of cache, among ten processes', () => {
  const { redis, rows } = useRows();
  let program = '';
  before(async () => void (program = await compileProgram(PROGRAM)));

  /** Starts a process, and resolves when it has connected. It calls when it gets a line. */
  async function start(key: string, lease: number, role = 'lives'): Promise<Caller> {
    const words = [
      '-e',
      `import(${JSON.stringify(program)})`,
      redis.url,
      rows.namespace,
      key,
      String(lease),
      role,
    ];
    const child = endWithTests(
      spawn(process.execPath, words, {
        env: { ...process.env, ...redis.env },
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = endOf(child, { what: () => `the end of a caller that printed: ${output}` });
    await waitFor(() => output.startsWith('ready '), { what: 'a caller that is ready' });
    return { child, output: () => output.slice('ready '.length), ended };
  }

  /** Lets ten processes with ten callers each call at once, and returns the different values that they got. */
  async function callAtOnce(key: string, lease: number, first = async () => {}): Promise<string[]> {
    const callers = await Promise.all(Array.from({ length: 10 }, () => start(key, lease)));
    await first();
    for (const { child } of callers) child.stdin?.write('\n');
    const values: string[] = [];
    for (const { ended, output } of callers) {
      assert.equal(await ended, 0, output());
      values.push(...(JSON.parse(output()) as string[]));
    }
    assert.equal(values.length, 100);
    return [...new Set(values)];
  }

  it('let one of 100 callers compute the value', async () => {
    assert.deepEqual(await callAtOnce('stampede', 60), ['computed 1']);
  });

  it('let one other caller compute the value when the process that holds the lease is killed', async () => {
    const holder = await start('killed', 3, 'dies');
    const die = async (): Promise<void> => {
      holder.child.stdin?.write('\n');
      await waitFor(() => holder.output() === 'holds', { what: 'the lease' });
      holder.child.kill('SIGKILL');
      await holder.ended;
    };
    assert.deepEqual(await callAtOnce('killed', 60, die), ['computed 1']);
  });
});
