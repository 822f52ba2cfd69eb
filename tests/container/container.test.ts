import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, it } from 'node:test';
import { makeReleaseClone, NEXT, type ReleaseClone } from '../setup/release-clone.ts';
import { waitFor } from '../helpers/wait.ts';

// Runs the instructions of the container file without a container engine: each stage is a Debian made by debootstrap, in which
// chroot runs the commands. The program then runs in a network of its own, as its user. It needs root and a Debian mirror, and
// takes some minutes, so `npm run test:container` runs it.

type Instruction = { name: string; text: string };

const missing = ['debootstrap', 'unshare', 'nsenter', 'ip'].find(
  (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
);
const skip =
  missing !== undefined
    ? `${missing} is missing`
    : process.getuid?.() !== 0
      ? 'only root can make a root folder'
      : process.platform !== 'linux' && 'not on Linux';

describe('the container', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'gantz-container-'));
  let clone: ReleaseClone;
  let release: string;
  let stages: Instruction[][];
  let root: string;
  let server: ChildProcess;
  let lines: string[];

  before(() => {
    clone = makeReleaseClone();
    release = join(clone.path, 'dist/release');
    assert.equal(clone.release(NEXT, '--dry-run').status, 0);
    stages = stagesOf(readFileSync(join(release, 'Containerfile'), 'utf8'));
    const base = join(folder, 'base');
    execFileSync('debootstrap', ['--variant=minbase', 'bookworm', base], { stdio: 'ignore' });
    for (const [index, stage] of stages.entries()) {
      root = join(folder, String(index));
      execFileSync('cp', ['-a', base, root]);
      for (const { name, text } of stage) {
        if (name === 'COPY') copy(text);
        if (name === 'RUN') execFileSync('chroot', [root, 'env', `TARGETARCH=${arch()}`, 'sh', '-c', text]);
      }
    }
    const entry = [...list('ENTRYPOINT'), ...list('CMD')];
    // GANTZ_AUTH_TOKEN is absent, so the server makes a token.
    // The mount ends with the processes that see it.
    const prepare = 'ip link set lo up && mount -t proc proc "$0/proc" && exec "$@"';
    server = spawn('unshare', ['--net', '--mount', 'sh', '-c', prepare, root, ...inside(), ...entry], {
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    lines = [];
    if (server.stderr) createInterface(server.stderr).on('line', (line) => lines.push(line));
  });

  after(async () => {
    if (server.exitCode === null) {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await ended;
    }
    clone.remove();
    rmSync(folder, { recursive: true });
  });

  it('serves as a user without privileges, and is healthy', async () => {
    await waitFor(() => lines.some((line) => line.startsWith('gantz serves')), {
      what: () => lines.join('\n'),
    });
    assert.ok(
      lines.some((line) => /^Token: \S+$/.test(line)),
      lines.join('\n'),
    );
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    assert.match(status, /^Uid:\t10001\t10001\t/m);
    const check = JSON.parse(/ CMD (\[.*\])$/.exec(only('HEALTHCHECK'))?.[1] ?? '') as string[];
    assert.equal(within(check).status, 0);
    // The check fails where no server listens.
    assert.notEqual(within(check.map((word) => word.replace('127.0.0.1/3000', '127.0.0.1/3001'))).status, 0);
  });

  it('keeps the data of its own redis-server in /data', () => {
    const gantz = (...args: string[]) => within(['gantz', ...args]).stdout;
    assert.match(gantz('cache', 'set', '{"key":"a","value":1}'), /"stored":true/);
    assert.match(gantz('cache', 'get', '{"key":"a"}'), /"value":1/);
    assert.ok(readdirSync(join(root, 'data'), { recursive: true }).length > 0);
    assert.match(gantz('--version'), new RegExp(`^${NEXT}$`, 'm'));
    assert.match(gantz('redis', 'stop'), /"success":true/);
  });

  /** Runs a command in the container, with the network and the mounts of the server. */
  function within(command: string[]) {
    const process = String(server.pid);
    return spawnSync('nsenter', ['--net', '--mount', '--target', process, ...inside(), ...command], {
      encoding: 'utf8',
    });
  }

  /** The words before a command that runs it in the root folder, as the user of the image. */
  function inside(): string[] {
    const user = only('USER');
    const environment = ['-i', '-C', only('WORKDIR'), 'HOME=/data', 'PATH=/usr/local/bin:/usr/bin:/bin'];
    return ['chroot', `--userspec=${user}:${user}`, root, 'env', ...environment];
  }

  function only(name: string): string {
    const found = stages.at(-1)?.filter((instruction) => instruction.name === name) ?? [];
    assert.equal(found.length, 1, name);
    return found[0]?.text ?? '';
  }

  function list(name: string): string[] {
    return JSON.parse(only(name)) as string[];
  }

  function copy(text: string): void {
    const words = text.split(' ');
    const to = join(root, words.at(-1) ?? '');
    const from = words[0]?.startsWith('--from=') ? join(folder, '0', words[1] ?? '') : undefined;
    const pattern = new RegExp(`^${(words[0] ?? '').replaceAll('.', '\\.').replace('*', '.*')}$`);
    const files = from === undefined ? readdirSync(release).filter((name) => pattern.test(name)) : [from];
    assert.ok(files.length > 0, text);
    for (const file of files) {
      if (from === undefined) cpSync(join(release, file), join(to, file));
      else cpSync(file, to);
    }
    assert.ok(existsSync(to));
  }
});

/** Returns the instructions of each stage. */
function stagesOf(text: string): Instruction[][] {
  const stages: Instruction[][] = [];
  for (const line of text.split('\n').filter((line) => /^[A-Z]+ /.test(line))) {
    const [name = '', ...rest] = line.split(' ');
    if (name === 'FROM') stages.push([]);
    stages.at(-1)?.push({ name, text: rest.join(' ') });
  }
  return stages;
}

function arch(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}
