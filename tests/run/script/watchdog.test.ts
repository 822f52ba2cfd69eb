import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { endOf, endWithTests } from '../../helpers/children.ts';
import { folderWith } from '../../helpers/folder.ts';
import { PROGRAM } from '../../helpers/run-program.ts';
import { waitFor } from '../../helpers/wait.ts';

const folder = folderWith({
  'gantz.yaml': `name: x
tools:
  - name: long
    description: Runs until it is killed, with a child that ignores signals
    script: { shell: "sh -c 'trap \\"\\" TERM HUP INT; echo $$ > child; while :; do sleep 1; done' & echo $$ > long; while :; do sleep 1; done" }
  - name: serve
    description: Starts a server in the background and waits for the file go
    script: { shell: "while [ ! -e stop ]; do sleep 0.1; done >/dev/null 2>&1 & echo $! > server; while [ ! -e go ]; do sleep 0.05; done; echo done" }
  - name: slow
    description: Runs for longer than a script that is not watched
    script: { shell: "sleep 1.3; echo done" }
  - name: python
    description: A handler that does not return
    handler: handlers.wait
`,
  'handlers.py':
    'import os, time\ndef wait():\n    open("python.part", "w").write(str(os.getpid()))\n    os.rename("python.part", "python")\n    time.sleep(600)\n',
});

function start(tool: string): ReturnType<typeof spawnGantz> {
  return endWithTests(spawnGantz(tool));
}

function spawnGantz(tool: string) {
  return spawn(PROGRAM, ['--timeout', '10m', 'call', tool], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Waits for the process id in a file. */
async function pidIn(file: string): Promise<number> {
  const path = join(folder, file);
  const read = (): number => (existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0);
  return await waitFor(read, { what: `the process id in ${file}` });
}

/** Waits for the process that watches the scripts of gantz. */
async function watchdogOf(pid: number | undefined): Promise<number> {
  const find = (): number => childrenOf(pid).find(isWatchdog) ?? 0;
  return await waitFor(find, { what: 'the watchdog' });
}

function childrenOf(pid: number | undefined): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((child) => child > 0 && statOf(child)?.parent === pid);
}

function isWatchdog(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('read -r sign group');
  } catch {
    return false;
  }
}

function statOf(pid: number): { state: string; parent: number } | undefined {
  try {
    const [, state = '', parent] = /\) (\w) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** Returns true for a process that runs; a zombie does not. */
function isRunning(pid: number): boolean {
  const state = statOf(pid)?.state;
  return state !== undefined && state !== 'Z';
}

async function ended(pid: number, what: string): Promise<void> {
  await waitFor(() => !isRunning(pid), { what: `the end of ${what}` });
}

describe('a gantz process that is killed', () => {
  it('leaves no process of its script behind', async () => {
    const gantz = start('long');
    const pids = [await pidIn('long'), await pidIn('child')];
    const watchdog = await watchdogOf(gantz.pid);
    assert.ok(pids.every(isRunning));
    gantz.kill('SIGKILL');
    for (const pid of pids) await ended(pid, 'the script');
    await ended(watchdog, 'the watchdog');
  });

  it('leaves no Python handler behind', async () => {
    const gantz = start('python');
    const pid = await pidIn('python');
    await watchdogOf(gantz.pid);
    gantz.kill('SIGKILL');
    await ended(pid, 'the handler');
  });
});

it('a server that a script leaves in the background survives the end of gantz', async () => {
  const gantz = start('serve');
  const server = await pidIn('server');
  const watchdog = await watchdogOf(gantz.pid);
  const end = endOf(gantz, { what: 'the end of gantz' });
  writeFileSync(join(folder, 'go'), '');
  assert.equal(await end, 0);
  await ended(watchdog, 'the watchdog');
  assert.ok(isRunning(server));
  writeFileSync(join(folder, 'stop'), '');
  await ended(server, 'the server');
  for (const file of ['go', 'stop', 'server']) rmSync(join(folder, file));
});

for (const [name, program] of [
  ['the program of bin/gantz', PROGRAM],
  [
    'the package for Node',
    `${process.execPath} ${join(import.meta.dirname, '../../../dist/node/gantz.cjs')}`,
  ],
] as const) {
  it(`a script ends as before when no file descriptor is left for its watchdog, in ${name}`, async () => {
    const call = JSON.stringify({ tool: 'slow' });
    // Some of these scripts cannot be started; those that can take the descriptors.
    const gantz = endWithTests(
      spawn('/bin/sh', ['-c', `ulimit -n 80; exec ${program} batch --concurrency 60 -`], {
        cwd: folder,
        env: { PATH: process.env['PATH'], HOME: folder },
        stdio: 'pipe',
      }),
    );
    let out = '';
    let err = '';
    gantz.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    gantz.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
    const end = endOf(gantz, { what: () => `the end of gantz: ${err}` });
    gantz.stdin.end(`${call}\n`.repeat(60));
    await end;
    const answers = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { output?: string; code?: string });
    assert.equal(answers.length, 60);
    assert.deepEqual(
      new Set(answers.map(({ output, code }) => output ?? code)),
      new Set(['done', 'NOT_RUNNABLE']),
    );
    assert.doesNotMatch(err, /Uncaught/);
  });
}

it('a script ends as before when its watchdog was killed', async () => {
  const gantz = start('serve');
  const end = endOf(gantz, { what: 'the end of gantz' });
  process.kill(await watchdogOf(gantz.pid), 'SIGKILL');
  for (const file of ['go', 'stop']) writeFileSync(join(folder, file), '');
  assert.equal(await end, 0);
});
