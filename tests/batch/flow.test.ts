import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { useRedis } from '../helpers/redis-server.ts';
import { nextEvent, waitFor } from '../helpers/wait.ts';
import { startBatch } from './live-batch.ts';

let folder: string;
let config: string;
const server = useRedis();
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantz-batch-'));
  config = join(folder, 'gantz.yaml');
  await writeFile(
    config,
    `name: flow
tools:
  - name: wait_for
    description: Waits until a file exists
    parameters:
      - { name: file, type: string, required: true }
    script:
      shell: 'while [ ! -e {{file}} ]; do sleep 0.01; done'
  - name: touch
    description: Creates a file
    parameters:
      - { name: file, type: string, required: true }
    script:
      shell: ': > {{file}}'
  - name: trace
    description: Appends a line when it begins and when it ends
    parameters:
      - { name: file, type: string, required: true }
    script:
      shell: 'echo begin >> {{file}}; sleep 0.05; echo end >> {{file}}'
  - name: fail
    description: Fails
    script:
      shell: 'exit 3'
`,
  );
});
after(() => rm(folder, { recursive: true, force: true }));

let namespaces = 0;
const env = (): Record<string, string> => ({
  REDIS_URL: server.url,
  GANTZ_NAMESPACE: `flow-${namespaces++}`,
});
const get = (key: string, id?: unknown) => ({ tool: 'cache_get', params: { key }, id });
const script = (tool: string, id: unknown, file?: string) => ({
  tool,
  id,
  ...(file !== undefined && { params: { file: join(folder, file) } }),
});

test('--max-calls is the most that --concurrency allows', async () => {
  const most = async (file: string, ...words: string[]): Promise<number> => {
    const batch = startBatch(['--concurrency', '8', ...words], { env: env(), config });
    for (let id = 0; id < 8; id++) batch.send(script('trace', id, file));
    batch.stdin.end();
    assert.equal(await batch.ended(), 0);
    let running = 0;
    let most = 0;
    for (const line of (await readFile(join(folder, file), 'utf8')).trim().split('\n')) {
      running += line === 'begin' ? 1 : -1;
      most = Math.max(most, running);
    }
    return most;
  };
  assert.equal(await most('max-calls-1', '--max-calls', '1'), 1);
  assert.ok((await most('max-calls-2', '--max-calls', '2')) <= 2);
});

test('an answer is written when its call ends, not when the input ends', async () => {
  const batch = startBatch([], { env: env() });
  for (const id of [1, 2, 3]) {
    batch.send(get('a', id));
    assert.equal((await batch.answer())['id'], id);
  }
  batch.stdin.end();
  assert.equal(await batch.ended(), 0);
});

test('calls after a waiting subscription run; only their answers wait', async () => {
  const batch = startBatch([], { env: env() });
  batch.send({ tool: 'pubsub_subscribe', params: { channel: 'news', timeout: 60 }, id: 'sub' });
  await batch.said(/^subscribed /m);
  for (let id = 0; id < 300; id++) batch.send(get('a', id));
  batch.send({ tool: 'pubsub_publish', params: { channel: 'news', message: 1 }, id: 'pub' });
  batch.stdin.end();
  const first = await batch.answer();
  assert.deepEqual([first['id'], first['reason']], ['sub', 'count']);
  for (let id = 0; id < 300; id++) assert.equal((await batch.answer())['id'], id);
  assert.equal((await batch.answer())['subscribers'], 1);
  assert.equal(await batch.ended(), 0);
});

test('--unordered writes each answer when its call ends', async () => {
  const batch = startBatch(['--unordered', '--concurrency', '2'], { env: env(), config });
  batch.send(script('wait_for', 'slow', 'unordered'), script('fail', 'quick'));
  assert.equal((await batch.answer())['id'], 'quick');
  batch.send(script('touch', 'touch', 'unordered'));
  const ids = [await batch.answer(), await batch.answer()].map(({ id }) => id);
  assert.deepEqual(ids.sort(), ['slow', 'touch']);
  batch.stdin.end();
  assert.equal(await batch.ended(), 1);
});

test('without --unordered, an answer waits for those of earlier calls', async () => {
  const batch = startBatch(['--concurrency', '2'], { env: env(), config });
  batch.send(script('wait_for', 'slow', 'ordered'), script('touch', 'quick', 'ordered'));
  assert.equal((await batch.answer())['id'], 'slow');
  assert.equal((await batch.answer())['id'], 'quick');
  batch.stdin.end();
  assert.equal(await batch.ended(), 0);
});

test('--concurrency 1 runs one call after the other', async () => {
  const batch = startBatch(['--concurrency', '1'], { env: env(), config });
  for (let id = 0; id < 5; id++) batch.send(script('trace', id, 'trace'));
  batch.stdin.end();
  assert.equal(await batch.ended(), 0);
  assert.equal(await readFile(join(folder, 'trace'), 'utf8'), 'begin\nend\n'.repeat(5));
});

test('--fail-fast starts no call after a failure, even when the input stays open', async () => {
  const batch = startBatch(['--fail-fast', '--concurrency', '1'], { env: env(), config });
  batch.send(script('touch', 1, 'one'), script('fail', 2), script('touch', 3, 'three'));
  assert.equal(await batch.ended(), 1);
  assert.equal((await batch.answer())['id'], 1);
  assert.equal((await batch.answer())['code'], 'SCRIPT_FAILED');
  assert.equal(batch.stdout.read(), null);
  await assert.rejects(readFile(join(folder, 'three')));
  assert.match(batch.stderr(), /^2 calls, 1 failed, .*; stopped at the first failure$/m);
});

test('a signal ends the batch: calls in flight are cancelled and answered', async () => {
  const batch = startBatch([], { env: env(), config });
  batch.send(script('wait_for', 'endless', 'never'));
  batch.send(script('touch', 'begun', 'begun'));
  await waitFor(() => existsSync(join(folder, 'begun')), { what: 'the second call to begin' });
  batch.signal('SIGTERM');
  const { id, code, outcome } = await batch.answer();
  assert.deepEqual([id, code, outcome], ['endless', 'CANCELLED', 'unknown']);
  assert.equal(await batch.ended(), 143);
});

test('a signal ends a batch whose input is silent', async () => {
  const batch = startBatch([], { env: env() });
  batch.send(get('a'));
  await batch.answer();
  batch.signal('SIGINT');
  assert.equal(await batch.ended(), 130);
});

test('a slow reader stops the calls and the reading of the input', async () => {
  const values = env();
  const batch = startBatch([], { env: values, highWaterMark: 1024 });
  const client = server.plain;
  const key = `${values['GANTZ_NAMESPACE'] ?? ''}:cache:n`;
  const total = 20_000;
  const increment = JSON.stringify({ tool: 'cache_increment', params: { key: 'n' } });
  const chunk = `${increment}\n`.repeat(100);
  let accepted = 0;
  const feeding = (async () => {
    for (let lines = 0; lines < total; lines += 100) {
      if (!batch.stdin.write(chunk)) await nextEvent(batch.stdin, 'drain', { what: 'the input to drain' });
      accepted += 100;
    }
    batch.stdin.end();
  })();
  // The calls have stopped when twenty readings in a row give the same count.
  let before = 0;
  let same = 0;
  const stopped = async (): Promise<boolean> => {
    const now = Number(await client.get(key));
    same = now > 0 && now === before ? same + 1 : 0;
    before = now;
    return same === 20;
  };
  await waitFor(stopped, { what: 'the calls to stop' });
  assert.ok(before < total / 2, `${before} calls were made though nobody reads`);
  assert.ok(accepted < total, 'the input was read to its end');
  for (let value = 1; value <= total; value++) assert.equal((await batch.answer())['value'], value);
  await feeding;
  assert.equal(await batch.ended(), 0);
});
