import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { Deadline } from '../../../lib/contract/deadline.ts';
import { GantzError } from '../../../lib/contract/errors.ts';
import { embeddedStatus, type EmbeddedStatus } from '../../../lib/redis/embedded/status.ts';
import { SERVER_BINARY, useEmbedded } from '../../helpers/embedded.ts';
import { envelopeOf } from '../../helpers/run-main.ts';
import { PROGRAMS, runProgram } from '../../helpers/run-program.ts';
import { waitFor } from '../../helpers/wait.ts';

const server = useEmbedded();

const status = async (): Promise<EmbeddedStatus> =>
  await embeddedStatus({ env: server.env, deadline: new Deadline({ budgetMs: 60_000 }) });

/** The server may not make a file longer than 20 or 40 KiB, so that writing fails as on a full disk. */
function limitFiles(): void {
  server.useScript([
    // Without this, the signal ends the server before the write fails.
    "trap '' XFSZ",
    // dash and POSIX count blocks of 512 bytes, bash of 1024.
    'ulimit -S -f 40',
    `exec ${SERVER_BINARY} "$@"`,
  ]);
}

async function liftLimit(): Promise<void> {
  execFileSync('prlimit', ['--pid', String((await status()).pid), '--fsize=unlimited']);
}

/** Writes until the server reports that it cannot write its file. Returns the names of the acknowledged keys. */
async function fillUp(): Promise<string[]> {
  const acknowledged: string[] = [];
  await waitFor(
    async () => {
      const name = `key${acknowledged.length}`;
      try {
        await server.send('SET', name, 'x'.repeat(8000));
        acknowledged.push(name);
      } catch (error) {
        assert.ok(error instanceof GantzError);
        assert.deepEqual([error.code, error.outcome], ['REDIS_UNAVAILABLE', 'none']);
        assert.match(error.message, /MISCONF/);
      }
      return (await status()).aof_last_write_status === 'err';
    },
    { what: 'the append-only file to fail' },
  );
  return acknowledged;
}

describe('an embedded server whose append-only file cannot grow', () => {
  for (const { name, path: program } of PROGRAMS) {
    it(`is not stopped without --force, which would lose acknowledged writes (${name})`, async () => {
      limitFiles();
      await fillUp();
      assert.ok(((await status()).aof_buffer_bytes ?? 0) > 0);
      const shown = envelopeOf(await runProgram(['redis', 'status'], { env: server.env, program }));
      assert.equal(shown['aof_last_write_status'], 'err');
      const doctor = await runProgram(['doctor'], { env: server.env, program });
      assert.match(doctor.stdout, /^failure {2}writes .*cannot write its append-only file/m);
      assert.equal(doctor.exitCode, 1);
      const refused = await runProgram(['redis', 'stop'], { env: server.env, program });
      const { code, outcome, retryable, hint } = envelopeOf(refused);
      assert.deepEqual([code, outcome, retryable, refused.exitCode], ['REDIS_ERROR', 'none', false, 1]);
      assert.match(String(hint), /--force/);
      assert.equal((await status()).running, true);
      const forced = await runProgram(['redis', 'stop', '--force'], { env: server.env, program });
      assert.equal(envelopeOf(forced)['stopped'], true);
      assert.equal((await status()).running, false);
    });
  }

  it('accepts writes again after a refused stop, and loses no acknowledged write', async (t) => {
    if (spawnSync('prlimit', ['--version']).status !== 0) {
      t.skip('lifting the limit of a running server needs prlimit, which Linux has');
      return;
    }
    limitFiles();
    const acknowledged = await fillUp();
    await assert.rejects(server.stop(), { code: 'REDIS_ERROR' });
    await liftLimit();
    await waitFor(async () => (await status()).aof_last_write_status === 'ok', {
      what: 'the server to write again',
    });
    assert.equal(await server.send('SET', 'last', 'x'), 'OK');
    assert.equal((await server.stop()).stopped, true);
    server.env['GANTZ_REDIS_SERVER'] = SERVER_BINARY;
    const kept = await server.send('EXISTS', ...acknowledged, 'last');
    assert.equal(kept, acknowledged.length + 1);
  });

  it('refuses to stop on a disk that is full', async (t) => {
    const { dataFolder } = server.paths;
    if (!mountSmallDisk(dataFolder)) {
      t.skip('a small disk needs the right to mount a tmpfs');
      return;
    }
    try {
      await server.send('SET', 'a', '1');
      writeFileSync(join(dataFolder, 'ballast'), Buffer.alloc(900_000));
      const acknowledged = await fillUp();
      await assert.rejects(server.stop(), { code: 'REDIS_ERROR' });
      rmSync(join(dataFolder, 'ballast'));
      await waitFor(async () => (await status()).aof_last_write_status === 'ok', {
        what: 'the server to write again',
      });
      await server.stop();
      assert.equal(await server.send('EXISTS', ...acknowledged, 'a'), acknowledged.length + 1);
    } finally {
      await server.stop({ force: true });
      execFileSync('umount', ['--lazy', dataFolder]);
    }
  });
});

/** Mounts a disk of 1 MB. Returns false when this user may not. */
function mountSmallDisk(folder: string): boolean {
  mkdirSync(dirname(folder), { mode: 0o700 });
  mkdirSync(folder, { mode: 0o700 });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=700', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
