import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Deadline } from '../../../lib/contract/deadline.ts';
import { takeLock } from '../../../lib/redis/embedded/lock.ts';
import {
  createRecord,
  readRunning,
  recordOf,
  writeRecord,
} from '../../../lib/redis/embedded/process-record.ts';
import { endOf, endWithTests } from '../../helpers/children.ts';
import { compileProgram } from '../../helpers/program.ts';
import { waitFor } from '../../helpers/wait.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gantz-lock-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const limits = (budgetMs = 60_000): { deadline: Deadline } => ({ deadline: new Deadline({ budgetMs }) });

/** Compiles a program. Its `take()` takes the lock of the folder in its first argument. */
const program = (lines: string): Promise<string> =>
  compileProgram(`
    import { writeFileSync, readFileSync } from 'node:fs';
    import { takeLock } from './lib/redis/embedded/lock.ts';
    import { Deadline } from './lib/contract/deadline.ts';
    const [folder, index] = process.argv.slice(2);
    const take = () => takeLock(folder, 'it', { deadline: new Deadline({ budgetMs: 60000 }) });
    ${lines}`);

describe('takeLock', () => {
  it('makes others wait until it is released, in the same process too', async () => {
    const release = await takeLock(folder, 'it', limits());
    await assert.rejects(takeLock(folder, 'it', limits(50)), { code: 'TIMEOUT' });
    (await takeLock(folder, 'other', limits()))();
    release();
    (await takeLock(folder, 'it', limits()))();
  });

  it('leaves one file behind, however often it is taken', async () => {
    for (let turn = 0; turn < 20; turn++) (await takeLock(folder, 'it', limits()))();
    assert.deepEqual(readdirSync(folder), ['it.20']);
  });

  it('can be taken after the process that held it was killed', async () => {
    const file = await program(
      `await take(); writeFileSync(folder + '/held', ''); setInterval(() => 0, 1000);`,
    );
    const holder = endWithTests(spawn(process.execPath, [file, folder], { stdio: 'inherit' }));
    await waitFor(() => existsSync(join(folder, 'held')), { what: 'the process that takes the lock' });
    await assert.rejects(takeLock(folder, 'it', limits(50)), { code: 'TIMEOUT' });
    const ended = endOf(holder, { what: 'the end of the killed holder' });
    holder.kill('SIGKILL');
    await ended;
    (await takeLock(folder, 'it', limits()))();
  });

  it('is held by one process at a time, whichever is killed', async () => {
    // Each process reads a number, adds one and writes it. Two processes are killed while they hold the lock.
    const file = await program(`for (let turn = 0; turn < 25; turn++) {
      const release = await take();
      let count = 0;
      try { count = Number(readFileSync(folder + '/count', 'utf8')); } catch {}
      await new Promise((resolve) => setImmediate(resolve));
      writeFileSync(folder + '/count', String(count + 1));
      if (Number(index) % 2 === 0 && turn === 12) process.kill(process.pid, 'SIGKILL');
      release();
    }`);
    const ends = ['0', '1', '2', '3'].map((index) => {
      const contender = spawn(process.execPath, [file, folder, index], { stdio: 'inherit' });
      return endOf(endWithTests(contender), { what: `the end of process ${index}` });
    });
    await Promise.all(ends);
    assert.equal(readFileSync(join(folder, 'count'), 'utf8'), String(2 * 25 + 2 * 13));
  });
});

describe('a process record', () => {
  it('counts only while its process runs, not when another has the same id', () => {
    const path = join(folder, 'record');
    const self = recordOf(process.pid);
    assert.ok(self);
    assert.equal(createRecord(path, self), true);
    assert.equal(createRecord(path, self), false);
    assert.deepEqual(readRunning(path), self);
    writeRecord(path, { ...self, identity: 'another time' });
    assert.equal(readRunning(path), undefined);
    writeRecord(path, {});
    assert.equal(readRunning(path), undefined);
    assert.equal(readRunning(join(folder, 'absent')), undefined);
    assert.deepEqual(readdirSync(folder), ['record']);
  });
});
