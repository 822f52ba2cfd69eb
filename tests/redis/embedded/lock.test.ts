import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { Deadline } from '../../../lib/deadline.ts';
import { takeLock } from '../../../lib/redis/embedded/lock.ts';
import {
  createRecord,
  readRunning,
  recordOf,
  writeRecord,
} from '../../../lib/redis/embedded/process-record.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'gantz-lock-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const limits = (budgetMs = 60_000): { deadline: Deadline } => ({ deadline: new Deadline({ budgetMs }) });

/** Takes the lock, runs some lines, and ends. */
const program = (lines: string): string[] => [
  '--import',
  'tsx',
  '--input-type=module',
  '-e',
  `import { appendFileSync, writeFileSync, readFileSync } from 'node:fs';
   import { takeLock } from './lib/redis/embedded/lock.ts';
   import { Deadline } from './lib/deadline.ts';
   const [folder] = process.argv.slice(1);
   const take = () => takeLock(folder, 'it', { deadline: new Deadline({ budgetMs: 60000 }) });
   ${lines}`,
  folder,
];

describe('takeLock', () => {
  it('is held by one holder until its release, also within one process', async () => {
    const release = await takeLock(folder, 'it', limits());
    await assert.rejects(takeLock(folder, 'it', limits(50)), { code: 'TIMEOUT' });
    (await takeLock(folder, 'other', limits()))();
    release();
    (await takeLock(folder, 'it', limits()))();
  });

  it('removes its old files', async () => {
    for (let turn = 0; turn < 20; turn++) (await takeLock(folder, 'it', limits()))();
    assert.deepEqual(readdirSync(folder), ['it.20']);
  });

  it('is taken over from a process that was killed while holding it', async () => {
    const holder = spawn(
      process.execPath,
      program(`await take(); writeFileSync(folder + '/held', ''); setInterval(() => 0, 1000);`),
      {
        stdio: 'inherit',
      },
    );
    while (!existsSync(join(folder, 'held'))) await new Promise((resolve) => setTimeout(resolve, 10));
    await assert.rejects(takeLock(folder, 'it', limits(50)), { code: 'TIMEOUT' });
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    (await takeLock(folder, 'it', limits()))();
  });

  it('has one holder at a time, whichever process is killed', async () => {
    // Each adds one to a number by reading and writing; the half of them dies with the lock in hand.
    const contenders = Array.from({ length: 4 }, (_, index) =>
      spawn(
        process.execPath,
        program(`for (let turn = 0; turn < 25; turn++) {
          const release = await take();
          let count = 0;
          try { count = Number(readFileSync(folder + '/count', 'utf8')); } catch {}
          await new Promise((resolve) => setImmediate(resolve));
          writeFileSync(folder + '/count', String(count + 1));
          if (${index} % 2 === 0 && turn === 12) process.kill(process.pid, 'SIGKILL');
          release();
        }`),
        { stdio: 'inherit' },
      ),
    );
    await Promise.all(contenders.map((contender) => once(contender, 'exit')));
    assert.equal(readFileSync(join(folder, 'count'), 'utf8'), String(2 * 25 + 2 * 13));
  });
});

describe('a process record', () => {
  it('is read only while its process runs, and not for another process with the same number', () => {
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
