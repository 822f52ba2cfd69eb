import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startRedis, type RedisServer } from '../helpers/redis-server.ts';
import { startBatch } from './live-batch.ts';

let server: RedisServer;
let folder: string;
let config: string;
before(async () => {
  server = await startRedis();
  folder = await mkdtemp(join(tmpdir(), 'gantz-batch-'));
  config = join(folder, 'gantz.yaml');
  await writeFile(
    config,
    `name: flow
tools:
  - name: wait_for
    description: Waits until a file is there
    parameters:
      - { name: file, type: string, required: true }
    script:
      shell: 'while [ ! -e {{file}} ]; do sleep 0.01; done'
  - name: touch
    description: Makes a file, and says how many there are
    parameters:
      - { name: file, type: string, required: true }
    script:
      shell: ': > {{file}}'
  - name: trace
    description: Writes down when it begins and when it ends
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
after(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

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

test('an answer comes as soon as there is one, not when the input ends', async () => {
  const batch = startBatch([], { env: env() });
  for (const id of [1, 2, 3]) {
    batch.send(get('a', id));
    assert.equal((await batch.answer())['id'], id);
  }
  batch.stdin.end();
  assert.equal(await batch.ended, 0);
});

test('a subscription holds up nothing but the order of the answers', async () => {
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
  assert.equal(await batch.ended, 0);
});

test('--unordered writes what is done first first', async () => {
  const batch = startBatch(['--unordered', '--concurrency', '2'], { env: env(), config });
  batch.send(script('wait_for', 'slow', 'unordered'), script('fail', 'quick'));
  assert.equal((await batch.answer())['id'], 'quick');
  batch.send(script('touch', 'touch', 'unordered'));
  const ids = [await batch.answer(), await batch.answer()].map(({ id }) => id);
  assert.deepEqual(ids.sort(), ['slow', 'touch']);
  batch.stdin.end();
  assert.equal(await batch.ended, 1);
});

test('in order, what is done first waits for what came first', async () => {
  const batch = startBatch(['--concurrency', '2'], { env: env(), config });
  batch.send(script('wait_for', 'slow', 'ordered'), script('touch', 'quick', 'ordered'));
  assert.equal((await batch.answer())['id'], 'slow');
  assert.equal((await batch.answer())['id'], 'quick');
  batch.stdin.end();
  assert.equal(await batch.ended, 0);
});

test('--concurrency 1 is strictly one after the other', async () => {
  const batch = startBatch(['--concurrency', '1'], { env: env(), config });
  for (let id = 0; id < 5; id++) batch.send(script('trace', id, 'trace'));
  batch.stdin.end();
  assert.equal(await batch.ended, 0);
  assert.equal(await readFile(join(folder, 'trace'), 'utf8'), 'begin\nend\n'.repeat(5));
});

test('--fail-fast begins nothing after a failure, even when the input stays open', async () => {
  const batch = startBatch(['--fail-fast', '--concurrency', '1'], { env: env(), config });
  batch.send(script('touch', 1, 'one'), script('fail', 2), script('touch', 3, 'three'));
  assert.equal(await batch.ended, 1);
  assert.equal((await batch.answer())['id'], 1);
  assert.equal((await batch.answer())['code'], 'SCRIPT_FAILED');
  assert.equal(batch.stdout.read(), null);
  await assert.rejects(readFile(join(folder, 'three')));
  assert.match(batch.stderr(), /^2 calls, 1 failed, .*; stopped at the first failure$/m);
});

test('a signal ends the batch: what is in flight is cancelled and answered', async () => {
  const batch = startBatch([], { env: env(), config });
  batch.send(script('wait_for', 'endless', 'never'));
  batch.send(script('touch', 'begun', 'begun'));
  for (let tries = 0; !(await readFile(join(folder, 'begun')).catch(() => undefined)); tries++) {
    assert.ok(tries < 3000, 'the second call never began');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  batch.signal('SIGTERM');
  const { id, code, outcome } = await batch.answer();
  assert.deepEqual([id, code, outcome], ['endless', 'CANCELLED', 'unknown']);
  assert.equal(await batch.ended, 143);
});

test('a signal ends a batch whose input is silent', async () => {
  const batch = startBatch([], { env: env() });
  batch.send(get('a'));
  await batch.answer();
  batch.signal('SIGINT');
  assert.equal(await batch.ended, 130);
});

test('a reader that is slow holds the calls back, and the input with them', async () => {
  const values = env();
  const batch = startBatch([], { env: values, highWaterMark: 1024 });
  const client = await server.client();
  const key = `${values['GANTZ_NAMESPACE'] ?? ''}:cache:n`;
  const total = 20_000;
  const increment = JSON.stringify({ tool: 'cache_increment', params: { key: 'n' } });
  const chunk = `${increment}\n`.repeat(100);
  let accepted = 0;
  const feeding = (async () => {
    for (let lines = 0; lines < total; lines += 100) {
      if (!batch.stdin.write(chunk)) await once(batch.stdin, 'drain');
      accepted += 100;
    }
    batch.stdin.end();
  })();
  // It stands still once nothing more is counted for a while.
  let before = -1;
  for (let now = 0; now !== before || now === 0; now = Number(await client.get(key))) {
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.ok(before < total / 2, `${before} calls were made though nobody reads`);
  assert.ok(accepted < total, 'the input was read to its end');
  for (let value = 1; value <= total; value++) assert.equal((await batch.answer())['value'], value);
  await feeding;
  assert.equal(await batch.ended, 0);
});
