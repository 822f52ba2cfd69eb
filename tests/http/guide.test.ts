import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { CODES, type Code } from '../../lib/contract/errors.ts';
import { startRedis } from '../helpers/redis-server.ts';
import { startServer } from './server.ts';

const PAGE = await readFile(join(import.meta.dirname, '../../docs/http.md'), 'utf8');

test('the requests of docs/http.md get the answers that it prints', async () => {
  const redis = await startRedis();
  const server = await startServer([], { env: { REDIS_URL: redis.url } });
  const requests = [...PAGE.matchAll(/^\$ curl -s \S+?3000(\S+) -d '(.*)'\n(.*)$/gm)];
  assert.equal(requests.length, 2);
  for (const [, path = '', body = '', answer] of requests) {
    const response = await fetch(`${server.url}${path}`, { method: 'POST', body });
    assert.equal(await response.text(), answer);
  }
  await server.stop();
  await redis.stop();
});

test('docs/http.md says before its first section that a closed connection cancels the call', () => {
  const top = PAGE.slice(0, PAGE.indexOf('\n## '));
  assert.match(top, /A closed connection cancels the call/);
  assert.match(top, /`notifications\/cancelled`/);
});

test('docs/http.md lists the status of every code', () => {
  for (const code of Object.keys(CODES) as Code[]) {
    const row = PAGE.split('\n').find((line) => line.startsWith(`| ${CODES[code].http} | `));
    assert.ok(row && new RegExp(`\\b${code}\\b`).test(row), `${code} is with ${CODES[code].http}`);
  }
});
