import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { useRedis } from '../helpers/redis-server.ts';
import { PROGRAMS, runProgram } from '../helpers/run-program.ts';

const CALL = `"$PROGRAM" cache get '{"key":"large"}'`;
const VALUE = `${'x'.repeat(5_000_000)}\u00e4`;
const ENVELOPE = `${JSON.stringify({ success: true, value: VALUE, found: true })}\n`;

/** Runs the words in `argv` with a pipe as stdout that does not block, and copies what arrives after the pipe was full. */
const NON_BLOCKING = `
import fcntl, os, select, subprocess, sys, termios
reader, writer = os.pipe()
fcntl.fcntl(writer, fcntl.F_SETFL, fcntl.fcntl(writer, fcntl.F_GETFL) | os.O_NONBLOCK)
child = subprocess.Popen(sys.argv[1:], stdout=writer)
def is_full():
    size = fcntl.ioctl(reader, termios.FIONREAD, b"1234")
    return int.from_bytes(size, sys.byteorder) > 60000
while not is_full() and child.poll() is None:
    select.select([], [], [], 0.01)
os.close(writer)
with os.fdopen(reader, "rb") as pipe:
    for chunk in iter(lambda: pipe.read1(65536), b""):
        sys.stdout.buffer.write(chunk)
sys.exit(child.wait())
`;

let env: Record<string, string>;
useRedis({
  started: async ({ url }) => {
    env = { REDIS_URL: url };
    const stdin = JSON.stringify({ key: 'large', value: VALUE });
    assert.equal((await runProgram(['cache', 'set', '-'], { env, stdin })).exitCode, 0);
  },
});

/** Runs lines of sh, in which CALL makes the call. */
function runShell(
  program: string,
  script: string,
): { stdout: string; stderr: string; status: number | null } {
  return spawnSync('sh', ['-c', script], {
    env: { ...process.env, ...env, PROGRAM: program },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 120_000,
    encoding: 'utf8',
  });
}

for (const { name, path } of PROGRAMS) {
  describe(`stdout of ${name}`, () => {
    test('is complete for a reader that starts late', () => {
      const { stdout } = runShell(path, `${CALL} | { sleep 1; cat; }`);
      assert.ok(stdout === ENVELOPE, `${stdout.length} characters`);
    });

    test('is complete in a pipe that does not block', () => {
      const { stdout, status } = spawnSync(
        'python3',
        ['-c', NON_BLOCKING, path, 'cache', 'get', '{"key":"large"}'],
        {
          env: { ...process.env, ...env },
          maxBuffer: 64 * 1024 * 1024,
          timeout: 120_000,
          encoding: 'utf8',
        },
      );
      assert.ok(stdout === ENVELOPE, `${stdout.length} characters`);
      assert.equal(status, 0);
    });

    test('is appended to a file with >>, and follows what was written to a file before', (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'gantz-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const file = join(folder, 'out');
      runShell(path, `echo first >'${file}'; ${CALL} >>'${file}'; ${CALL} >>'${file}'`);
      assert.ok(readFileSync(file, 'utf8') === `first\n${ENVELOPE}${ENVELOPE}`);
      runShell(path, `{ echo first; ${CALL}; echo last; } >'${file}'`);
      assert.ok(readFileSync(file, 'utf8') === `first\n${ENVELOPE}last\n`);
    });

    test('may have no reader', () => {
      const failing = '"$PROGRAM" cache nothing';
      const { stdout, stderr } = runShell(
        path,
        `{ sleep 1; ${CALL}; echo "status $?" >&2; ${failing}; echo "status $?" >&2; } | true`,
      );
      assert.equal(stdout, '');
      assert.equal(stderr, 'status 0\nstatus 2\n');
    });

    test('may be closed, or /dev/null', () => {
      const { stderr, stdout } = runShell(
        path,
        `${CALL} >&-; echo "status $?"; ${CALL} >/dev/null; echo "status $?"`,
      );
      assert.equal(stderr, '');
      assert.equal(stdout, 'status 0\nstatus 0\n');
    });

    test('that cannot be written gives a message and status 70', () => {
      // A file of at most one block. sh must ignore the signal that ends a process at the limit.
      const { stderr, status } = runShell(path, `trap '' XFSZ; ulimit -f 1; ${CALL} >"$(mktemp)"`);
      assert.equal(stderr, 'Cannot write to stdout: file too large (EFBIG)\n');
      assert.equal(status, 70);
    });

    test('that is a full device gives a message and status 70', { skip: !existsSync('/dev/full') }, () => {
      const { stderr, status } = runShell(path, `${CALL} >/dev/full`);
      assert.equal(stderr, 'Cannot write to stdout: no space left on device (ENOSPC)\n');
      assert.equal(status, 70);
    });
  });
}
