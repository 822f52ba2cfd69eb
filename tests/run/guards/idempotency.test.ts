import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { folderWith } from '../../helpers/folder.ts';
import { startServer, type TestServer } from '../../helpers/http-server.ts';
import { useRedis } from '../../helpers/redis-server.ts';
import { envelopeOf, runMain } from '../../helpers/run-main.ts';
import { runProgram } from '../../helpers/run-program.ts';

const redis = useRedis();
let server: TestServer;
let status = 200;
before(async () => {
  server = await startServer((response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(`{"n":${server.received.length}}`);
  });
});
after(() => server.close());
beforeEach(() => {
  status = 200;
  server.received.length = 0;
});

let manifests = 0;

function folderOf(guard: string, name = `once-${++manifests}`): string {
  const parameters =
    'parameters: [{ name: order_id, type: string }, { name: amount, type: integer, default: 1 }]';
  return folderWith({
    'gantz.yaml': `name: ${name}
tools:
  - { name: http, description: d, ${parameters}, http: { method: POST, url: "${server.origin}/" }, ${guard} }
  - { name: script, description: d, ${parameters}, script: { shell: 'echo run >> runs; wc -l < runs' }, ${guard} }
`,
  });
}

async function call(cwd: string, tool: string, ...words: string[]): Promise<Record<string, unknown>> {
  return envelopeOf(await runMain(['call', tool, ...words], { cwd, env: env() }));
}

function env(): Record<string, string> {
  return { REDIS_URL: redis.url, GANTZ_NAMESPACE: redis.namespace };
}

const KEYED = 'idempotency: { keep: 1d, key: [order_id] }';

describe('idempotency', () => {
  for (const tool of ['http', 'script']) {
    it(`gives a second call of a tool with ${tool} and the same key parameters the first answer`, async () => {
      const cwd = folderOf(KEYED);
      const first = await call(cwd, tool, '--order-id', 'a');
      const { gantz, ...second } = await call(cwd, tool, '--order-id', 'a');
      assert.deepEqual([second, gantz], [first, { replayed: true }]);
      const other = await call(cwd, tool, '--order-id', 'b');
      assert.deepEqual([other['success'], other['gantz']], [true, undefined]);
      assert.notDeepEqual(other, first);
    });

    it(`refuses other parameters of a tool with ${tool} and the same key`, async () => {
      const cwd = folderOf(KEYED);
      await call(cwd, tool, '--order-id', 'a');
      const { code } = await call(cwd, tool, '--order-id', 'a', '--amount', '2');
      assert.equal(code, 'CONFLICT');
    });
  }

  it('is kept for the time of `keep`', async () => {
    const before = new Set(await redis.plain.keys(`${redis.namespace}:idempotency:*`));
    const cwd = folderOf(KEYED);
    await call(cwd, 'http', '--order-id', 'a');
    const made = (await redis.plain.keys(`${redis.namespace}:idempotency:*`)).filter(
      (name) => !before.has(name),
    );
    assert.equal(made.length, 1);
    const leftMs = await redis.plain.pTTL(made[0] ?? '');
    assert.ok(leftMs > 86_000_000 && leftMs <= 86_400_000, String(leftMs));
  });

  it('has no key for a call without the key parameters, and uses that of the caller first', async () => {
    const cwd = folderOf(KEYED);
    await call(cwd, 'http');
    await call(cwd, 'http');
    assert.equal(server.received.length, 2);
    const keyed = async (order: string): Promise<unknown> => {
      const argv = ['--idempotency-key', 'mine', 'call', 'http', '--order-id', order];
      return envelopeOf(await runMain(argv, { cwd, env: env() }))['code'];
    };
    assert.deepEqual([await keyed('a'), await keyed('b')], [undefined, 'CONFLICT']);
    assert.equal((await call(cwd, 'http', '--order-id', 'a'))['gantz'], undefined);
  });

  it('keeps the orders of two manifests apart', async () => {
    await call(folderOf(KEYED), 'http', '--order-id', 'same');
    await call(folderOf(KEYED), 'http', '--order-id', 'same');
    assert.equal(server.received.length, 2);
  });

  it('repeats a failure that may have had an effect, and runs again after one that had none', async () => {
    const cwd = folderOf(KEYED);
    status = 500;
    const first = await call(cwd, 'http', '--order-id', 'a');
    const { gantz, ...second } = await call(cwd, 'http', '--order-id', 'a');
    assert.deepEqual([second, gantz, server.received.length], [first, { replayed: true }, 1]);
    const limited = folderOf(`${KEYED}, rate_limit: { limit: 1, per: 1s }`);
    status = 200;
    await call(limited, 'http', '--order-id', 'a');
    assert.equal((await call(limited, 'http', '--order-id', 'b'))['code'], 'RATE_LIMITED');
    const retried = `${KEYED}, retry: { attempts: 5, backoff: 1s }, rate_limit: { limit: 1, per: 1s }`;
    const cwd3 = folderOf(retried);
    await call(cwd3, 'http', '--order-id', 'a');
    assert.deepEqual((await call(cwd3, 'http', '--order-id', 'b'))['success'], true);
  });

  it('lets one of 10 processes at a time run the script', async () => {
    const cwd = folderOf(KEYED);
    const runs = await Promise.all(
      Array.from({ length: 10 }, () =>
        runProgram(['call', 'script', '--order-id', 'a'], { cwd, env: env() }),
      ),
    );
    const codes = runs.map((run) => envelopeOf(run)['code']).filter((code) => code !== undefined);
    assert.ok(
      codes.every((code) => code === 'CONFLICT'),
      JSON.stringify(codes),
    );
    assert.equal(readFileSync(join(cwd, 'runs'), 'utf8'), 'run\n');
  });
});
