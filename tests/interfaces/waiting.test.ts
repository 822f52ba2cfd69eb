import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { endOf, endWithTests } from '../helpers/children.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { envelopeOf } from '../helpers/run-main.ts';
import { PROGRAMS, runProgram } from '../helpers/run-program.ts';
import { waitFor } from '../helpers/wait.ts';
import { connect } from '../mcp/connect.ts';

const redis = useRedis();
const envOf = (namespace: string): Record<string, string> => ({
  REDIS_URL: redis.url,
  GANTZ_NAMESPACE: namespace,
});

/** Resolves when a call waits for a value of the list `q`. */
async function isSubscribed(namespace: string, count = 1): Promise<void> {
  const channel = `${namespace}:wake:list:q`;
  const subscribers = async (): Promise<number> =>
    Object.values(await redis.plain.pubSubNumSub([channel]))[0] ?? 0;
  await waitFor(async () => (await subscribers()) === count, { what: 'a call that waits' });
}

for (const [index, { name, path: program }] of PROGRAMS.entries()) {
  test(`one process waits while another pushes, with ${name}`, async () => {
    const env = envOf(`wait-${index}`);
    const popped = runProgram(['list', 'pop', '--key', 'q', '--wait', '600'], { program, env });
    await isSubscribed(`wait-${index}`);
    await runProgram(['list', 'push', '{"key":"q","values":["a"]}'], { program, env });
    assert.deepEqual(envelopeOf(await popped), { success: true, value: 'a', found: true });
  });

  test(`a signal ends a call that waits with the outcome none, with ${name}`, async () => {
    const cancel = async (attempt: number): Promise<unknown[]> => {
      const namespace = `signal-${index}-${attempt}`;
      const argv = ['list', 'pop', '--key', 'q', '--wait', '600'];
      const env = { PATH: process.env['PATH'], HOME: '/dev/null', ...envOf(namespace) };
      const child = endWithTests(spawn(program, argv, { env, stdio: ['ignore', 'pipe', 'ignore'] }));
      let stdout = '';
      child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
      const ended = endOf(child, { what: 'the end of the call' });
      await isSubscribed(namespace);
      child.kill('SIGINT');
      assert.equal(await ended, 130);
      const { code, outcome } = JSON.parse(stdout) as Record<string, unknown>;
      return [code, outcome];
    };
    // The call looks once more after it has subscribed. A signal before that reply arrives makes the outcome unknown.
    let last: unknown[] = [];
    for (let attempt = 0; attempt < 5 && last[1] !== 'none'; attempt++) last = await cancel(attempt);
    assert.deepEqual(last, ['CANCELLED', 'none']);
  });
}

test('a call that an MCP client cancels takes no value', async () => {
  const namespace = 'mcp-cancel';
  const agent = await connect({ env: envOf(namespace) });
  const abort = new AbortController();
  const cancelled = agent.call('list_pop', { key: 'q', wait: 600 }, { signal: abort.signal });
  cancelled.catch(() => undefined);
  await isSubscribed(namespace);
  abort.abort();
  await assert.rejects(cancelled);
  // The server handles the messages of a client in their order.
  await agent.call('list_push', { key: 'q', values: ['kept'] });
  const { structuredContent } = await agent.call('list_pop', { key: 'q' });
  assert.deepEqual(structuredContent, { success: true, value: 'kept', found: true });
  await agent.close();
});
