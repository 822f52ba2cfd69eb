import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { openGantz, type Gantz } from '../../../lib/library/library.ts';
import { folderWith } from '../../helpers/folder.ts';
import { startServer, type TestServer } from '../../helpers/http-server.ts';
import { useRedis } from '../../helpers/redis-server.ts';
import { envelopeOf, runMain } from '../../helpers/run-main.ts';
import { runProgram } from '../../helpers/run-program.ts';
import { waitFor } from '../../helpers/wait.ts';

const redis = useRedis();

let server: TestServer;
/** The status of the next answers. Without one, the server keeps the request open. */
let status: number | undefined;
before(async () => {
  server = await startServer((response) => {
    if (status !== undefined) response.writeHead(status).end();
  });
});
after(() => server.close());
beforeEach(() => {
  server.received.length = 0;
  status = 200;
});

let manifests = 0;

/** Makes a folder with a tool that sends one request to the server. */
function folderOf(guards: string): { cwd: string; state: string } {
  const name = `breakers-${++manifests}`;
  const cwd = folderWith({
    'gantz.yaml': `name: ${name}\ntools:\n  - name: call\n    description: calls\n    http: { url: "${server.origin}/" }\n    ${guards}\n`,
  });
  return { cwd, state: `${redis.namespace}:guard:{g:${name}:circuit_breaker:call}:state` };
}

function env(): Record<string, string | undefined> {
  return { PATH: process.env['PATH'], REDIS_URL: redis.url, GANTZ_NAMESPACE: redis.namespace };
}

/** Runs the tool, and returns its code, `ok` when it succeeds. */
async function call(cwd: string, ...options: string[]): Promise<unknown> {
  const { code = 'ok' } = envelopeOf(await runMain([...options, 'call', 'call'], { cwd, env: env() }));
  return code;
}

/** Ends the time for which a breaker is open. */
async function cool(state: string): Promise<void> {
  await redis.plain.hSet(state, 'open_until', '1');
}

function open(cwd: string): Promise<Gantz> {
  return openGantz({ cwd, env: env() });
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  return await call.then(
    () => 'ok',
    (error: unknown) => (error as { code: string }).code,
  );
}

describe('circuit_breaker', () => {
  it('refuses calls after repeated failures, and says when one may run again', async () => {
    const { cwd } = folderOf('circuit_breaker: { failures: 3, within: 1m, cooldown: 1h }');
    status = 500;
    assert.deepEqual([await call(cwd), await call(cwd), await call(cwd)], Array(3).fill('HTTP_STATUS'));
    const refused = await runMain(['call', 'call'], { cwd, env: env() });
    const { code, outcome, retryable, gantz, retry_after_ms: leftMs } = envelopeOf(refused);
    assert.deepEqual(
      [code, outcome, retryable, gantz, refused.exitCode],
      ['CIRCUIT_OPEN', 'none', true, { refused_by: 'circuit_breaker' }, 1],
    );
    assert.ok(Number(leftMs) > 3_500_000 && Number(leftMs) <= 3_600_000, String(leftMs));
    assert.equal(server.received.length, 3);
  });

  it('counts failures of the server only, and only within the time', async () => {
    const { cwd } = folderOf('circuit_breaker: { failures: 2, within: 200ms, cooldown: 1h }');
    status = 404;
    for (let round = 0; round < 4; round++) assert.equal(await call(cwd), 'HTTP_STATUS');
    status = 503;
    for (let round = 0; round < 3; round++) {
      assert.equal(await call(cwd), 'HTTP_STATUS');
      await waitFor(async () => (await redis.plain.keys(`*breakers-${manifests}*`)).length === 0, {
        what: 'the end of the failures',
      });
    }
  });

  it('counts a time limit as a failure', async () => {
    const { cwd } = folderOf(
      'circuit_breaker: { failures: 1, within: 1m, cooldown: 1h }\n    timeout: 500ms',
    );
    status = undefined;
    await using gantz = await open(cwd);
    assert.equal(await codeOf(gantz.call('call')), 'TIMEOUT');
    assert.equal(await codeOf(gantz.call('call')), 'CIRCUIT_OPEN');
  });

  it('counts the time limit of an attempt as a failure, also within a shorter one of the caller', async () => {
    const { cwd } = folderOf(
      'circuit_breaker: { failures: 1, within: 1m, cooldown: 1h }\n    retry: { attempts: 1, attempt_timeout: 50ms }',
    );
    status = undefined;
    assert.equal(await call(cwd, '--timeout', '20s'), 'TIMEOUT');
    assert.equal(await call(cwd), 'CIRCUIT_OPEN');
  });

  it('does not count a shorter time limit of the caller', async () => {
    const { cwd } = folderOf('circuit_breaker: { failures: 1, within: 1m, cooldown: 1h }');
    status = undefined;
    assert.equal(await call(cwd, '--timeout', '1s'), 'TIMEOUT');
    assert.equal(server.received.length, 1);
    status = 200;
    assert.equal(await call(cwd), 'ok');
  });

  for (const [guard, setting] of [
    ['concurrency', 'concurrency: 1'],
    ['concurrency per process', 'concurrency: { limit: 1, per: process }'],
    ['rate_limit', 'rate_limit: { limit: 1, per: 2s, wait: 10s }'],
  ] as const) {
    it(`does not count a time limit that passes because the call waits for ${guard}`, async () => {
      const { cwd } = folderOf(
        `circuit_breaker: { failures: 1, within: 1m, cooldown: 1h }\n    timeout: 3s\n    ${setting}`,
      );
      await using gantz = await open(cwd);
      const controller = new AbortController();
      status = undefined;
      const first = codeOf(gantz.call('call', {}, { signal: controller.signal }));
      await waitFor(() => server.received.length === 1, { what: 'the first request' });
      const startedAt = performance.now();
      const second = codeOf(gantz.call('call'));
      // The second call gets less than half of its time.
      await waitFor(() => performance.now() - startedAt > 1800, {
        what: 'most of the time of the second call',
      });
      controller.abort();
      assert.equal(await first, 'CANCELLED');
      assert.equal(await second, 'TIMEOUT');
      assert.equal(server.received.length, 2);
      status = 200;
      assert.notEqual(await codeOf(gantz.call('call')), 'CIRCUIT_OPEN');
    });
  }

  it('lets exactly one of many processes find out if the server works again', async () => {
    const { cwd, state } = folderOf('circuit_breaker: { failures: 1, within: 1m, cooldown: 1h }');
    status = 500;
    await call(cwd);
    await cool(state);
    server.received.length = 0;
    const run = (): Promise<string> =>
      runProgram(['call', 'call'], { cwd, env: env() }).then((run) => String(envelopeOf(run)['code']));
    const first: string[] = [];
    while (first.length < 20) first.push(...(await Promise.all(Array.from({ length: 10 }, run))));
    assert.equal(server.received.length, 1);
    assert.deepEqual(first.sort(), [...Array<string>(19).fill('CIRCUIT_OPEN'), 'HTTP_STATUS']);
    await cool(state);
    status = 200;
    assert.equal(await run(), 'undefined');
    assert.equal(await redis.plain.exists(state), 0, 'a probe that succeeds closes the breaker');
    assert.equal(await run(), 'undefined');
  });

  it('refuses other calls while a probe runs, and makes another call the probe when one was cancelled', async () => {
    const { cwd, state } = folderOf('circuit_breaker: { failures: 1, within: 1m, cooldown: 1h }');
    await using gantz = await open(cwd);
    status = 500;
    await codeOf(gantz.call('call'));
    await cool(state);
    server.received.length = 0;
    status = undefined;
    const controller = new AbortController();
    const probe = codeOf(gantz.call('call', {}, { signal: controller.signal }));
    await waitFor(() => server.received.length === 1, { what: 'the probe' });
    assert.equal(await codeOf(gantz.call('call')), 'CIRCUIT_OPEN');
    controller.abort();
    assert.equal(await probe, 'CANCELLED');
    status = 200;
    assert.equal(await codeOf(gantz.call('call')), 'ok');
    assert.equal(server.received.length, 2);
  });

  it('does not close when another guard refuses the probe', async () => {
    const { cwd, state } = folderOf(
      'circuit_breaker: { failures: 1, within: 1m, cooldown: 1h }\n    rate_limit: 1/h',
    );
    status = 500;
    await call(cwd);
    await cool(state);
    assert.equal(await call(cwd), 'RATE_LIMITED');
    assert.equal(await redis.plain.exists(state), 1);
    assert.equal(await redis.plain.hExists(state, 'probe'), 0, 'another call may be the probe');
  });

  it('ignores failures of calls that began before it opened', async () => {
    const { cwd, state } = folderOf(
      'circuit_breaker: { failures: 1, within: 1m, cooldown: 1h }\n    timeout: 1s',
    );
    await using gantz = await open(cwd);
    status = undefined;
    const late = codeOf(gantz.call('call'));
    await waitFor(() => server.received.length === 1, { what: 'the first request' });
    status = 500;
    await codeOf(gantz.call('call'));
    await redis.plain.hSet(state, 'open_until', '7');
    assert.equal(await late, 'TIMEOUT');
    assert.equal(await redis.plain.hGet(state, 'open_until'), '7');
  });

  it('sends a flapping server exactly the attempts that retry and the breaker allow', async () => {
    const { cwd, state } = folderOf(
      'circuit_breaker: { failures: 5, within: 1m, cooldown: 1h }\n    retry: { attempts: 3, backoff: 1ms, on: [HTTP_STATUS] }',
    );
    status = 500;
    // 3 attempts, then 2 that open the breaker: it refuses the third for longer than the call lasts.
    assert.deepEqual(
      [await call(cwd), await call(cwd), await call(cwd)],
      ['HTTP_STATUS', 'CIRCUIT_OPEN', 'CIRCUIT_OPEN'],
    );
    assert.equal(server.received.length, 5);
    await cool(state);
    // One probe fails, and its second attempt is refused.
    assert.equal(await call(cwd), 'CIRCUIT_OPEN');
    assert.equal(server.received.length, 6);
    await cool(state);
    status = 200;
    assert.equal(await call(cwd), 'ok');
    status = 500;
    assert.equal(await call(cwd), 'HTTP_STATUS');
    assert.equal(server.received.length, 10, 'failures from before it closed do not count');
  });

  it('is shared by tools of one name', async () => {
    const cwd = folderWith({
      'gantz.yaml': ['a', 'b']
        .map(
          (name) =>
            `  - { name: ${name}, description: d, http: { url: "${server.origin}/" }, circuit_breaker: { failures: 1, name: api } }\n`,
        )
        .reduce((text, tool) => text + tool, 'name: shared-breaker\ntools:\n'),
    });
    await using gantz = await open(cwd);
    status = 500;
    assert.deepEqual(
      [await codeOf(gantz.call('a')), await codeOf(gantz.call('b'))],
      ['HTTP_STATUS', 'CIRCUIT_OPEN'],
    );
  });
});
