import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
  closeSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { GantzError } from '../../../lib/contract/errors.ts';
import { canRead } from '../../../lib/redis/embedded/writer.ts';
import { useEmbedded } from '../../helpers/embedded.ts';
import { envelopeOf } from '../../helpers/run-main.ts';
import { PROGRAMS, runProgram } from '../../helpers/run-program.ts';
import { waitFor } from '../../helpers/wait.ts';

const server = useEmbedded();

const folder = (): string => join(server.paths.dataFolder, 'appendonlydir');

/** Returns the path of a part of the append-only file: its `base`, or the `incr` that follows. */
function part(kind: 'base' | 'incr' | 'manifest'): string {
  const name = readdirSync(folder()).find((file) => file.includes(`.${kind}`));
  assert.ok(name, `the append-only file has a part ${kind}`);
  return join(folder(), name);
}

/** Starts a server, stores data in both parts of its append-only file, and stops it. */
async function storeData(): Promise<void> {
  for (let index = 0; index < 20; index++) await server.send('SET', `before${index}`, 'x');
  const before = part('base');
  await server.send('BGREWRITEAOF');
  await waitFor(() => !existsSync(before) && part('base'), { what: 'the rewritten append-only file' });
  await waitFor(async () => String(await server.send('INFO')).includes('aof_rewrite_in_progress:0'), {
    what: 'the end of the rewriting',
  });
  for (let index = 0; index < 20; index++) await server.send('SET', `after${index}`, 'x');
  await server.stop();
}

function overwrite(file: string, at: number, text: string): void {
  const opened = openSync(file, 'r+');
  writeSync(opened, text, at);
  closeSync(opened);
}

type Damage = { what: string; damage: () => void; message: RegExp; hint: RegExp };

const DAMAGES: Damage[] = [
  {
    what: 'whose append-only file has garbage in the middle',
    damage: () => overwrite(part('incr'), 200, 'garbage!!'),
    message: /appendonlydir\/appendonly\.aof\.2\.incr\.aof: Bad file format/,
    hint: /redis-check-aof --fix/,
  },
  {
    what: 'whose base file is truncated',
    damage: () => truncateSync(part('base'), statSync(part('base')).size - 20),
    message: /\.base\.rdb: Short read/,
    hint: /redis-check-aof --fix/,
  },
  {
    what: 'whose base file a newer server wrote',
    damage: () => overwrite(part('base'), 0, 'REDIS0099'),
    message: /\.base\.rdb: Can't handle RDB format version 99/,
    hint: /GANTZ_REDIS_SERVER/,
  },
  {
    what: 'whose append-only file has a command that the server does not know',
    damage: () => appendFileSync(part('incr'), '*1\r\n$7\r\nNEWCMDX\r\n'),
    message: /\.incr\.aof.*unknown command 'NEWCMDX'/i,
    hint: /GANTZ_REDIS_SERVER/,
  },
  {
    what: 'without the manifest of its append-only file, of which the server would begin an empty one',
    damage: () => rmSync(part('manifest')),
    message: /appendonly\.aof\.manifest is missing/,
    hint: /without data/,
  },
  {
    what: 'without its append-only file, of which the server would begin an empty one',
    damage: () => rmSync(folder(), { recursive: true }),
    message: /appendonlydir is missing/,
    hint: /without data/,
  },
  {
    what: 'with garbage as its manifest',
    damage: () => writeFileSync(part('manifest'), 'garbage\n'),
    message: /appendonly\.aof\.manifest: Invalid AOF manifest/,
    hint: /redis-check-aof --fix/,
  },
  {
    what: 'without a part of its append-only file',
    damage: () => rmSync(part('base')),
    message: /\.base\.rdb: Unable to obtain/,
    hint: /redis-check-aof --fix/,
  },
];

describe('the embedded server with data that it cannot read', () => {
  for (const { what, damage, message, hint } of DAMAGES) {
    it(`gives NOT_RUNNABLE at every start, ${what}`, async () => {
      await storeData();
      damage();
      const files = contents();
      for (let attempt = 1; attempt <= 3; attempt++) {
        await assert.rejects(server.send('GET', 'after1'), (error) => {
          assert.ok(error instanceof GantzError);
          assert.deepEqual([error.code, error.outcome, error.retryable], ['NOT_RUNNABLE', 'none', false]);
          assert.match(error.message, message);
          assert.match(error.hint ?? '', hint);
          return true;
        });
      }
      assert.deepEqual(contents(), files);
    });
  }

  for (const { name, path: program } of PROGRAMS) {
    it(`gives the failure in both programs (${name}), and starts empty when the folder was moved away`, async () => {
      await storeData();
      overwrite(part('incr'), 200, 'garbage!!');
      const call = ['cache', 'get', '{"key":"a"}'];
      const failed = await runProgram(call, { env: server.env, program });
      assert.deepEqual([envelopeOf(failed)['code'], failed.exitCode], ['NOT_RUNNABLE', 3]);
      const doctor = await runProgram(['doctor'], { env: server.env, program });
      assert.match(doctor.stdout, /^failure {2}connection .*appendonly\.aof\.2\.incr\.aof: Bad file format/);
      assert.equal(doctor.exitCode, 1);
      renameSync(server.paths.dataFolder, `${server.paths.dataFolder}.damaged`);
      assert.equal(envelopeOf(await runProgram(call, { env: server.env, program }))['found'], false);
      const healthy = await runProgram(['doctor'], { env: server.env, program });
      assert.match(healthy.stdout, /^ok {7}disk .* free for \/.*\/gantz\/redis/m);
      assert.equal(healthy.exitCode, 0);
    });
  }

  it('gives NOT_RUNNABLE to every caller when the server ends while they wait for its data', async () => {
    await storeData();
    overwrite(part('incr'), 200, 'garbage!!');
    const real = server.env['GANTZ_REDIS_SERVER'] ?? '';
    server.useScript([
      `[ "$1" = --version ] && exec ${real} --version`,
      `exec ${real} "$@" --key-load-delay 20000 --loading-process-events-interval-bytes 1024`,
    ]);
    const first = server.send('GET', 'a').catch((error: unknown) => error);
    await waitFor(
      () =>
        /Done loading RDB|Loading RDB/.test(
          readFileSync(server.paths.logPath, 'utf8').split('is starting').at(-1) ?? '',
        ),
      {
        what: 'the server to load its data',
      },
    );
    const others = Array.from({ length: 4 }, () =>
      server.send('SET', 'a', '1').catch((error: unknown) => error),
    );
    for (const error of await Promise.all([first, ...others])) {
      assert.ok(error instanceof GantzError);
      assert.deepEqual([error.code, error.outcome], ['NOT_RUNNABLE', 'none']);
      assert.match(error.message, /Bad file format/);
    }
  });

  it('loads a file whose last command is cut off, without this command', async () => {
    await storeData();
    truncateSync(part('incr'), statSync(part('incr')).size - 5);
    assert.equal(await server.send('DBSIZE'), 39);
  });
});

/** Returns the content of each file of the data. */
function contents(): Record<string, string> {
  if (!existsSync(folder())) return {};
  return Object.fromEntries(
    readdirSync(folder()).map((file) => [file, readFileSync(join(folder(), file), 'latin1')]),
  );
}

describe('the embedded server and the version that wrote its data', () => {
  const record = (): string => join(server.paths.dataFolder, 'written-by.json');

  it('is recorded at a start', async () => {
    await server.send('SET', 'a', 'kept');
    const info = String(await server.send('INFO', 'server'));
    const { server: engine, version } = JSON.parse(readFileSync(record(), 'utf8')) as Record<string, string>;
    assert.ok(info.includes(`${engine}_version:${version}`), `${engine} ${version}`);
  });

  it('does not start below that version, and names both versions and the variable', async () => {
    await server.send('SET', 'a', 'kept');
    await server.stop();
    const engine = JSON.parse(readFileSync(record(), 'utf8')) as { server: string; version: string };
    writeFileSync(record(), JSON.stringify({ ...engine, version: '99.1.0' }));
    await assert.rejects(server.send('GET', 'a'), (error) => {
      assert.ok(error instanceof GantzError);
      assert.deepEqual([error.code, error.outcome], ['NOT_RUNNABLE', 'none']);
      assert.ok(error.message.includes(engine.version) && error.message.includes('99.1.0'), error.message);
      assert.match(error.hint ?? '', /GANTZ_REDIS_SERVER.*99\.1\.0/);
      return true;
    });
    writeFileSync(record(), JSON.stringify(engine));
    assert.equal(await server.send('GET', 'a'), 'kept');
  });

  it('does not start an older binary, which would begin without data', async () => {
    const real = server.env['GANTZ_REDIS_SERVER'] ?? '';
    const valkey = execFileSync(real, ['--version'], { encoding: 'utf8' }).startsWith('Valkey');
    await server.send('SET', 'a', 'kept');
    await server.stop();
    const older = `${valkey ? 'Valkey' : 'Redis'} server v=6.2.0`;
    server.useScript([
      `if [ "$1" = --version ]; then echo '${older} sha=00000000:0'; exit; fi`,
      `exec ${real} "$@"`,
    ]);
    await assert.rejects(server.send('GET', 'a'), { code: 'NOT_RUNNABLE', outcome: 'none' });
  });

  const redis = (version: string) => ({ server: 'redis', version }) as const;
  const valkey = (version: string) => ({ server: 'valkey', version }) as const;
  const CASES = [
    [redis('7.0.15'), redis('7.0.1'), true],
    [redis('7.0.1'), redis('7.0.15'), true],
    [redis('7.0.15'), redis('7.2.0'), false],
    [redis('7.2.0'), redis('7.10.0'), false],
    [redis('8.0.2'), redis('7.4.1'), true],
    [valkey('8.1.1'), redis('7.2.4'), true],
    [valkey('8.1.1'), redis('7.4.0'), false],
    [redis('8.0.2'), valkey('8.1.1'), true],
    [redis('7.0.15'), valkey('8.1.1'), false],
    [redis('8.0.2'), valkey('9.1.2'), false],
    [valkey('8.1.1'), valkey('9.0.0'), false],
  ] as const;
  for (const [reader, writer, expected] of CASES) {
    it(`${reader.server} ${reader.version} ${expected ? 'reads' : 'does not read'} ${writer.server} ${writer.version}`, () => {
      assert.equal(canRead(reader, writer), expected);
    });
  }
});
