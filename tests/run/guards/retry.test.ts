import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { envelopeOf, runMain } from '../../helpers/run-main.ts';
import { folderWith } from '../../helpers/folder.ts';
import { startServer, type TestServer } from '../../helpers/http-server.ts';

/** The statuses with which the server answers, in order; the last one again for all further requests. */
let statuses: number[] = [];
let headers: Record<string, string> = {};
let server: TestServer;
before(async () => {
  server = await startServer((response) => {
    const status = (statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200;
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end('{"n":1}');
  });
});
after(() => server.close());
beforeEach(() => {
  server.received.length = 0;
  headers = {};
});

/** Runs a tool with the keys of `tool`, and returns its envelope and how many requests the server received. */
async function run(
  tool: string,
  options: readonly string[] = [],
  method = 'GET',
): Promise<Record<string, unknown> & { requests: number }> {
  const cwd = folderWith({
    'gantz.yaml': `name: retries\ntools:\n  - name: call\n    description: calls\n    http: { method: ${method}, url: "${server.origin}/" }\n    ${tool}\n`,
  });
  const envelope = envelopeOf(await runMain([...options, 'call', 'call'], { cwd }));
  return { ...envelope, requests: server.received.length };
}

describe('retry', () => {
  it('repeats a failure of a tool that only reads, and says how many attempts were made', async () => {
    statuses = [500, 502, 200];
    const answer = await run(
      'retry: { attempts: 3, backoff: 1ms, on: [HTTP_STATUS] }\n    annotations: { readOnlyHint: true }',
    );
    assert.deepEqual([answer['success'], answer.requests, answer['gantz']], [true, 3, { attempts: 3 }]);
  });

  it('says nothing when the first attempt succeeds', async () => {
    statuses = [200];
    const answer = await run('retry: 3');
    assert.deepEqual([answer['success'], answer.requests, answer['gantz']], [true, 1, undefined]);
  });

  it('gives up after the last attempt, with its failure', async () => {
    statuses = [500];
    const answer = await run(
      'retry: { attempts: 4, backoff: 1ms, on: [HTTP_STATUS] }\n    annotations: { idempotentHint: true }',
    );
    assert.deepEqual([answer['code'], answer.requests, answer['gantz']], ['HTTP_STATUS', 4, { attempts: 4 }]);
  });

  it('does not repeat a call that may have had an effect', async () => {
    statuses = [500, 200];
    const answer = await run('retry: { attempts: 3, backoff: 1ms, on: [HTTP_STATUS] }', [], 'POST');
    assert.deepEqual([answer['code'], answer.requests], ['HTTP_STATUS', 1]);
  });

  it('does not repeat a failure that is neither retryable nor in `on`', async () => {
    statuses = [404, 200];
    const answer = await run('retry: { attempts: 3, backoff: 1ms }\n    annotations: { readOnlyHint: true }');
    assert.deepEqual([answer['code'], answer.requests], ['HTTP_STATUS', 1]);
  });

  it('does not begin a pause that the time limit of the call would cut', async () => {
    statuses = [500, 200];
    const answer = await run(
      'retry: { attempts: 3, backoff: 1m, max_backoff: 1m, on: [HTTP_STATUS] }\n    annotations: { readOnlyHint: true }',
      ['--timeout', '20s'],
    );
    assert.deepEqual([answer['code'], answer.requests], ['HTTP_STATUS', 1]);
  });

  for (const [what, header, least] of [
    ['seconds', () => '1', 1000],
    ['a date', () => new Date(Date.now() + 2000).toUTCString(), 900],
  ] as const) {
    for (const refused of [429, 503]) {
      it(`repeats a POST after ${refused} with Retry-After as ${what}, when the server allows it`, async () => {
        statuses = [refused, 200];
        headers = { 'retry-after': header() };
        const startedAt = performance.now();
        const answer = await run('retry: { attempts: 2, backoff: 1ms }', [], 'POST');
        assert.deepEqual([answer['success'], answer.requests, answer['gantz']], [true, 2, { attempts: 2 }]);
        assert.ok(performance.now() - startedAt >= least);
      });
    }
  }

  it('gives the time of Retry-After to the caller, when it is later than the time limit', async () => {
    statuses = [429];
    headers = { 'retry-after': '3600' };
    const answer = await run('retry: 3', [], 'POST');
    const { code, outcome, retryable, retry_after_ms: afterMs, requests } = answer;
    assert.deepEqual(
      [code, outcome, retryable, afterMs, requests],
      ['HTTP_STATUS', 'none', true, 3_600_000, 1],
    );
  });

  it('ignores a Retry-After that is no time, and that of other statuses', async () => {
    for (const [status, header] of [
      [429, 'soon'],
      [429, '-1'],
      [500, '1'],
    ] as const) {
      statuses = [status];
      headers = { 'retry-after': header };
      const { outcome, ...fields } = await run('retry: 3', [], 'POST');
      assert.deepEqual([outcome, 'retry_after_ms' in fields], ['unknown', false]);
    }
  });

  it('ends each attempt at its own time limit', async () => {
    const silent = await startServer(() => undefined);
    const cwd = folderWith({
      'gantz.yaml': `name: retries\ntools:\n  - { name: call, description: d, http: { url: "${silent.origin}/" }, retry: { attempts: 3, backoff: 1ms, attempt_timeout: 50ms } }\n`,
    });
    const startedAt = performance.now();
    const { code, gantz } = envelopeOf(await runMain(['call', 'call'], { cwd }));
    assert.deepEqual([code, gantz, silent.received.length], ['TIMEOUT', { attempts: 3 }, 3]);
    assert.ok(performance.now() - startedAt < 10_000);
    await silent.close();
  });

  it('is switched off by false where the manifest has a default', async () => {
    const cwd = folderWith({
      'gantz.yaml': `name: retries\nguards: { retry: { attempts: 2, backoff: 1ms, on: [HTTP_STATUS] } }\ntools:\n  - { name: on, description: d, http: { url: "${server.origin}/" }, annotations: { readOnlyHint: true } }\n  - { name: off, description: d, http: { url: "${server.origin}/" }, annotations: { readOnlyHint: true }, retry: false }\n`,
    });
    statuses = [500];
    await runMain(['call', 'on'], { cwd });
    assert.equal(server.received.length, 2);
    await runMain(['call', 'off'], { cwd });
    assert.equal(server.received.length, 3);
    const page = (await runMain(['describe', 'on'], { cwd })).stdout;
    assert.match(
      page,
      /Guards, .*:\n {2}retry {2}when a call fails with HTTP_STATUS or "retryable":true, runs again: 2 attempts in all/,
    );
  });
});
