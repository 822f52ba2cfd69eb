import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith } from '../../helpers/folder.ts';
import { startServer } from '../../helpers/http-server.ts';
import { useRedis } from '../../helpers/redis-server.ts';
import { envelopeOf, runMain } from '../../helpers/run-main.ts';

const redis = useRedis();
const DOCS = join(import.meta.dirname, '../../../docs/redis.md');

test('guards need no more permissions than docs/redis.md lists', async () => {
  const words = [
    ...readFileSync(DOCS, 'utf8').matchAll(/^- For (?:\[guards\]|calls with an idem)[^`]*`([^`]*)`/gm),
  ]
    .map(([, listed = '']) => listed.replaceAll('mcp:', `${redis.namespace}:`).split(/\s+/))
    .flat();
  await redis.plain.sendCommand([
    'ACL',
    'SETUSER',
    'guards',
    'on',
    '>secret',
    'resetkeys',
    'resetchannels',
    '-@all',
    '+ping',
    '+info',
    ...words,
  ]);
  const server = await startServer(
    (response) => void response.writeHead(status, { 'content-type': 'application/json' }).end('{}'),
  );
  let status = 500;
  const cwd = folderWith({
    'gantz.yaml': `name: allowed
tools:
  - name: tool
    description: d
    parameters: [{ name: n, type: integer }]
    http: { method: POST, url: "${server.origin}/" }
    idempotency: { key: [n] }
    circuit_breaker: { failures: 1, cooldown: 1s }
    rate_limit: { limit: 2, per: 1s, wait: 10s }
    concurrency: 1
`,
  });
  const env = {
    REDIS_URL: redis.url.replace('unix://', 'unix://guards:secret@'),
    GANTZ_NAMESPACE: redis.namespace,
  };
  const call = async (n: number): Promise<unknown> =>
    envelopeOf(await runMain(['call', 'tool', '--n', String(n)], { cwd, env }))['code'];
  try {
    assert.deepEqual(
      [await call(1), await call(1), await call(2)],
      ['HTTP_STATUS', 'HTTP_STATUS', 'CIRCUIT_OPEN'],
    );
    status = 200;
    const [state = ''] = await redis.plain.keys(`${redis.namespace}:guard:*:state`);
    await redis.plain.hSet(state, 'open_until', '1');
    for (const n of [3, 4, 5, 6]) assert.equal(await call(n), undefined);
    assert.equal(JSON.stringify(await redis.plain.sendCommand(['ACL', 'LOG'])), '[]');
  } finally {
    await server.close();
  }
});
