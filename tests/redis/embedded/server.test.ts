import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { Deadline } from '../../../lib/contract/deadline.ts';
import { GantzError } from '../../../lib/contract/errors.ts';
import { openRedis } from '../../../lib/redis/open.ts';
import { embeddedPaths } from '../../../lib/redis/embedded/paths.ts';
import { processIdentity } from '../../../lib/redis/embedded/process-identity.ts';
import { embeddedStatus, stopEmbedded } from '../../../lib/redis/embedded/status.ts';
import { endOf, endWithTests } from '../../helpers/children.ts';
import { compileProgram } from '../../helpers/program.ts';
import { nextEvent, waitFor } from '../../helpers/wait.ts';

const run = promisify(execFile);

type Environment = Record<string, string | undefined>;

let env: Environment;
const homes: Environment[] = [];
const deadline = (budgetMs = 60_000): Deadline => new Deadline({ budgetMs });

beforeEach(() => {
  env = { ...process.env, XDG_STATE_HOME: mkdtempSync(join(tmpdir(), 'gantz-embedded-')) };
  homes.push(env);
});
afterEach(async () => {
  await stopEmbedded({ env, deadline: deadline() });
});
after(() => {
  for (const home of homes) {
    rmSync(home['XDG_STATE_HOME'] ?? '', { recursive: true, force: true });
    const { socketPath, stateFolder } = embeddedPaths(home);
    if (dirname(socketPath) !== stateFolder) rmSync(dirname(socketPath), { recursive: true, force: true });
  }
});

/** Makes one call as a new process would. Returns the answer and the notices. */
async function call(
  command: readonly string[],
  budgetMs?: number,
): Promise<{ answer: unknown; notices: string[] }> {
  const notices: string[] = [];
  const redis = openRedis({ url: 'embedded:', env, mode: 'one-shot', notice: (text) => notices.push(text) });
  try {
    const answer = await redis.use({ deadline: deadline(budgetMs) }, ({ client }) =>
      client.sendCommand(command),
    );
    return { answer, notices };
  } finally {
    await redis.close();
  }
}

/** The same in a real process; prints the answer on stdout and notices on stderr. */
const PROGRAM = `
  import { openRedis } from './lib/redis/open.ts';
  import { Deadline } from './lib/contract/deadline.ts';
  const redis = openRedis({ url: 'embedded:', env: process.env, mode: 'one-shot', notice: (text) => console.error(text) });
  const answer = await redis.use({ deadline: new Deadline({ budgetMs: 60000 }) }, ({ client }) => client.sendCommand(process.argv.slice(2)));
  await redis.close();
  console.log(answer);`;
let program: string;
before(async () => {
  program = await compileProgram(PROGRAM);
});
const processArguments = (command: readonly string[]): string[] => [program, ...command];

const pidOf = async (): Promise<number> => (await embeddedStatus({ env, deadline: deadline() })).pid ?? 0;

async function kill(pid: number): Promise<void> {
  process.kill(pid, 'SIGKILL');
  // Until its last thread has ended, the socket of a killed server may accept a connection.
  await waitFor(
    async () => processIdentity(pid) === undefined && !(await accepts(embeddedPaths(env).socketPath)),
    {
      what: `the end of the killed server, process ${pid}`,
    },
  );
}

async function accepts(socketPath: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = createConnection(socketPath);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

describe('the embedded server', () => {
  it('is started by the first call, which prints one notice, and serves the next call', async () => {
    const first = await call(['SET', 'a', '1']);
    assert.equal(first.answer, 'OK');
    assert.equal(first.notices.length, 1);
    assert.match(first.notices[0] ?? '', /redis\.sock.*REDIS_URL/);
    assert.doesNotMatch(first.notices[0] ?? '', /\n/);
    assert.deepEqual(await call(['GET', 'a']), { answer: '1', notices: [] });
    const status = await embeddedStatus({ env, deadline: deadline() });
    assert.equal(status.running, true);
    assert.match(status.version ?? '', /^\d+\./);
    assert.ok((status.memory_bytes ?? 0) > 0);
    assert.equal(statSync(dirname(status.socket)).mode & 0o777, 0o700);
    assert.equal((await call(['CONFIG', 'GET', 'port'])).answer?.toString(), 'port,0');
  });

  it('starts one server when ten processes make the first call at once', async () => {
    const outputs = await Promise.all(
      Array.from({ length: 10 }, () =>
        run(process.execPath, processArguments(['INCR', 'n']), { env, timeout: 120_000 }),
      ),
    );
    assert.deepEqual(
      outputs.map(({ stdout }) => Number(stdout)).sort((a, b) => a - b),
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    );
    assert.equal(outputs.filter(({ stderr }) => stderr.includes('Started')).length, 1);
    const log = readFileSync(embeddedPaths(env).logPath, 'utf8');
    assert.equal(log.match(/Redis is starting|Valkey is starting/g)?.length, 1);
  });

  it('starts again with its data after kill -9, although its old socket is left', async () => {
    await call(['SET', 'a', 'kept']);
    const pid = await pidOf();
    await kill(pid);
    const again = await call(['GET', 'a']);
    assert.equal(again.answer, 'kept');
    assert.equal(again.notices.length, 1);
    assert.ok(existsSync(embeddedPaths(env).socketPath));
    assert.notEqual(await pidOf(), pid);
  });

  it('ends and starts again, so that one server runs, when its socket was removed', async () => {
    await call(['SET', 'a', 'kept']);
    const pid = await pidOf();
    rmSync(embeddedPaths(env).socketPath);
    assert.equal((await call(['GET', 'a'])).answer, 'kept');
    assert.equal(processIdentity(pid), undefined);
  });

  it('keeps its data when it is stopped, and stop reports whether a server ran', async () => {
    await call(['SET', 'a', 'kept']);
    const pid = await pidOf();
    assert.deepEqual(await stopEmbedded({ env, deadline: deadline() }), { stopped: true, pid });
    assert.equal(processIdentity(pid), undefined);
    assert.deepEqual(await stopEmbedded({ env, deadline: deadline() }), { stopped: false });
    assert.equal((await embeddedStatus({ env, deadline: deadline() })).running, false);
    assert.equal((await call(['GET', 'a'])).answer, 'kept');
  });

  it('keeps none of the streams of its caller open', async () => {
    const quoted = processArguments(['SET', 'a', '1']).map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
    const { stdout } = await run('sh', ['-c', `'${process.execPath}' ${quoted.join(' ')} 2>&1 | cat`], {
      env,
      timeout: 120_000,
    });
    assert.match(stdout, /OK\n$/);
    assert.notEqual(await pidOf(), 0);
  });

  it('keeps no other pipe of its caller open, whatever its number', async () => {
    const numbers = [9, 40, 251];
    const stdio: ('ignore' | 'pipe')[] = Array.from({ length: 252 }, (_, fd) =>
      numbers.includes(fd) ? 'pipe' : 'ignore',
    );
    const caller = endWithTests(spawn(process.execPath, processArguments(['SET', 'a', '1']), { env, stdio }));
    await Promise.all(
      numbers.map(async (fd) => {
        const pipe = caller.stdio[fd];
        assert.ok(pipe);
        const drained = pipe.on('data', () => undefined);
        await nextEvent(drained, 'end', { what: `the end of pipe ${fd}` });
      }),
    );
    assert.notEqual(await pidOf(), 0);
  });

  it('is started by the next caller when the caller that was starting it is killed', async () => {
    // This server never starts to listen, so the caller is killed while it waits.
    const slow = join(env['XDG_STATE_HOME'] ?? '', 'slow-server');
    writeFileSync(slow, `#!/bin/sh\n: > '${slow}.begun'\nexec sleep 60\n`);
    chmodSync(slow, 0o700);
    const caller = endWithTests(
      spawn(process.execPath, processArguments(['PING']), {
        env: { ...env, GANTZ_REDIS_SERVER: slow },
        stdio: 'ignore',
      }),
    );
    await waitFor(() => existsSync(`${slow}.begun`), { what: 'the start of the slow server' });
    const { stateFolder } = embeddedPaths(env);
    await waitFor(() => existsSync(join(stateFolder, 'server.json')), {
      what: 'server.json of the slow server',
    });
    const ended = endOf(caller, { what: 'the end of the killed caller' });
    caller.kill('SIGKILL');
    await ended;
    const next = await call(['PING']);
    assert.equal(next.answer, 'PONG');
  });

  it('makes calls wait while it loads its data', async () => {
    await call(['SET', 'a', 'kept']);
    const pid = await pidOf();
    await stopEmbedded({ env, deadline: deadline() });
    const wrapper = join(env['XDG_STATE_HOME'] ?? '', 'loading-server');
    writeFileSync(
      wrapper,
      `#!/bin/sh\nexec ${process.env['GANTZ_REDIS_SERVER'] ?? 'redis-server'} "$@" --key-load-delay 300000 --loading-process-events-interval-bytes 1024\n`,
    );
    chmodSync(wrapper, 0o700);
    env['GANTZ_REDIS_SERVER'] = wrapper;
    assert.equal((await call(['GET', 'a'])).answer, 'kept');
    assert.notEqual(await pidOf(), pid);
  });

  it('gives TIMEOUT within the deadline when it is paused', async () => {
    await call(['PING']);
    const pid = await pidOf();
    process.kill(pid, 'SIGSTOP');
    try {
      // The PING on the new connection gets no reply, so the command is not sent.
      await assert.rejects(call(['SET', 'a', '1'], 300), { code: 'TIMEOUT', outcome: 'none' });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  it('has its socket in a shorter folder when the path is too long for a socket', async () => {
    env['XDG_STATE_HOME'] = join(env['XDG_STATE_HOME'] ?? '', 'x'.repeat(120));
    const { socketPath, stateFolder, dataFolder } = embeddedPaths(env);
    assert.notEqual(dirname(socketPath), stateFolder);
    assert.ok(Buffer.byteLength(socketPath) < 104);
    assert.equal((await call(['SET', 'a', '1'])).answer, 'OK');
    assert.equal(statSync(dirname(socketPath)).mode & 0o777, 0o700);
    assert.ok(existsSync(dataFolder));
  });

  it('does not start in a folder that other users can enter', async () => {
    const { stateFolder } = embeddedPaths(env);
    mkdirSync(stateFolder, { recursive: true });
    chmodSync(stateFolder, 0o755);
    await assert.rejects(call(['PING']), { code: 'NOT_RUNNABLE', outcome: 'none' });
    chmodSync(stateFolder, 0o700);
    assert.equal((await call(['PING'])).answer, 'PONG');
  });

  it('gives REDIS_NOT_INSTALLED, with the command that installs it, when there is no binary', async () => {
    const path = env['PATH'];
    for (const wrong of [
      { PATH: '', GANTZ_REDIS_SERVER: '' },
      { GANTZ_REDIS_SERVER: '/nowhere/redis-server' },
    ]) {
      Object.assign(env, { PATH: path }, wrong);
      await assert.rejects(call(['PING']), (error) => {
        assert.ok(error instanceof GantzError);
        assert.equal(error.code, 'REDIS_NOT_INSTALLED');
        assert.match(error.hint ?? '', /install/);
        return true;
      });
    }
  });

  it('reports what its log contains when it does not start', async () => {
    const broken = join(env['XDG_STATE_HOME'] ?? '', 'broken-server');
    writeFileSync(broken, '#!/bin/sh\necho "the disk is on fire"\nexit 1\n');
    chmodSync(broken, 0o700);
    env['GANTZ_REDIS_SERVER'] = broken;
    await assert.rejects(call(['PING']), { code: 'REDIS_UNAVAILABLE', message: /the disk is on fire/ });
  });

  it('does not report a log line of an earlier start as the reason', async () => {
    const { stateFolder, logPath } = embeddedPaths(env);
    mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
    writeFileSync(logPath, 'the disk was on fire\n');
    const silent = join(env['XDG_STATE_HOME'] ?? '', 'silent-server');
    writeFileSync(silent, '#!/bin/sh\nexit 3\n');
    chmodSync(silent, 0o700);
    env['GANTZ_REDIS_SERVER'] = silent;
    await assert.rejects(call(['PING']), { code: 'REDIS_UNAVAILABLE', message: /it ended with status 3/ });
  });

  for (const file of ['redis.log', 'server.json']) {
    it(`gives NOT_RUNNABLE, with the path, when ${file} cannot be written`, async () => {
      const path = join(embeddedPaths(env).stateFolder, file);
      mkdirSync(join(path, 'in the way'), { recursive: true, mode: 0o700 });
      await assert.rejects(call(['PING']), (error) => {
        assert.ok(error instanceof GantzError);
        assert.deepEqual([error.code, error.retryable], ['NOT_RUNNABLE', false]);
        assert.ok(error.message.includes(path), error.message);
        assert.match(error.hint ?? '', /XDG_STATE_HOME/);
        return true;
      });
    });
  }

  it('serves a long-lived connection again after it was killed', async () => {
    const redis = openRedis({ url: 'embedded:', env, mode: 'long-lived', notice: () => undefined });
    const send = (command: readonly string[]): Promise<unknown> =>
      redis.use({ deadline: deadline() }, ({ client }) => client.sendCommand(command));
    try {
      await send(['SET', 'a', 'kept']);
      await kill(await pidOf());
      let answer: unknown;
      // A call that was in flight when the server was killed may fail. The next call uses the new server.
      for (let tries = 0; answer === undefined && tries < 3; tries++) {
        answer = await send(['GET', 'a']).catch(() => undefined);
      }
      assert.equal(answer, 'kept');
    } finally {
      await redis.close();
    }
  });
});
