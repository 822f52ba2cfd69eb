import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { endOf, endWithTests } from '../../helpers/children.ts';
import { folderWith } from '../../helpers/folder.ts';
import { useRedis } from '../../helpers/redis-server.ts';
import { PROGRAMS, runProgram } from '../../helpers/run-program.ts';
import { dumpOf, exportFrom, fill, importInto } from '../../helpers/transfer.ts';
import { waitFor } from '../../helpers/wait.ts';

for (const { name, path: program } of PROGRAMS) {
  describe(`gantz export and gantz import with ${name}`, () => {
    const redis = useRedis();
    const target = useRedis();

    /** Starts the program, and collects what it prints. */
    function start(words: string[], env: Record<string, string>) {
      const child: ChildProcessWithoutNullStreams = endWithTests(
        spawn(program, words, {
          env: { PATH: process.env['PATH'], HOME: '/dev/null', GANTZ_CONFIG: 'builtin:redis', ...env },
          stdio: 'pipe',
        }),
      );
      const said = { stdout: '', stderr: '' };
      child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
      const ended = endOf(child, { what: () => `the end of gantz ${words.join(' ')}; ${said.stderr}` });
      return { child, said, ended };
    }

    it('move a namespace through a pipe', async () => {
      const namespace = `test-${randomUUID()}`;
      const keys = await fill(redis.plain, namespace);
      const env = {
        GANTZ_CONFIG: 'builtin:redis',
        GANTZ_NAMESPACE: namespace,
        REDIS_URL: redis.url,
        target: target.url,
      };
      const run = await runProgram(['-c', `"${program}" export | REDIS_URL=$target "${program}" import`], {
        program: '/bin/sh',
        env,
      });
      assert.equal(run.exitCode, 0, run.stdout);
      const { types, ...envelope } = JSON.parse(run.stdout) as Record<string, unknown>;
      assert.deepEqual(envelope, {
        success: true,
        namespace,
        source_namespace: namespace,
        imported: keys,
        replaced: 0,
        existing: 0,
        expired: 0,
      });
      assert.deepEqual(JSON.parse(run.stderr), { success: true, namespace, keys, types });
      assert.deepEqual(await dumpOf([target.plain], namespace), await dumpOf([redis.plain], namespace));
    });

    for (const [signal, status] of [
      ['SIGINT', 130],
      ['SIGKILL', null],
    ] as const) {
      it(`leave whole structures when an import gets ${signal}, and the next one adds the rest`, async () => {
        const namespace = `test-${randomUUID()}`;
        await fill(redis.plain, namespace);
        await redis.plain.rPush(
          `${namespace}:list:more`,
          Array.from({ length: 20_000 }, (_, at) => `item ${at} ${'x'.repeat(50)}`),
        );
        const expected = await dumpOf([redis.plain], namespace);
        const lines = await exportFrom({ REDIS_URL: redis.url, GANTZ_NAMESPACE: namespace });
        const some = firstPart(lines);
        const { child, said, ended } = start(['import'], { REDIS_URL: target.url });
        child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
        child.stdin.write(some.text);
        await waitFor(async () => (await target.plain.keys(`${namespace}:*`)).length === some.structures, {
          what: 'the structures and the first part',
        });
        const [temporary = ''] = await target.plain.keys(`${namespace}:import:*`);
        const leftMs = await target.plain.pTTL(temporary);
        assert.ok(leftMs > 0 && leftMs <= 3_600_000, `${leftMs} ms`);
        child.kill(signal);
        assert.equal(await ended, status);
        const { [temporary.slice(namespace.length + 1)]: left, ...found } = await dumpOf(
          [target.plain],
          namespace,
        );
        for (const [key, text] of Object.entries(found)) assert.equal(text, expected[key], key);
        if (signal === 'SIGINT') {
          assert.equal(left, undefined);
          const envelope = JSON.parse(said.stdout) as Record<string, unknown>;
          assert.deepEqual(
            [envelope['code'], envelope['imported']],
            ['CANCELLED', Object.keys(found).length],
          );
        } else {
          await target.plain.unlink(temporary);
        }
        await importInto({ REDIS_URL: target.url }, lines);
        assert.deepEqual(await dumpOf([target.plain], namespace), expected);
      });
    }

    it('end an export at SIGINT while nobody reads it, with the envelope on stderr', async () => {
      const namespace = `test-${randomUUID()}`;
      const value = 'v'.repeat(100_000);
      for (let at = 0; at < 100; at++) await redis.plain.set(`${namespace}:cache:${at}`, value);
      const { child, said, ended } = start(['export'], { REDIS_URL: redis.url, GANTZ_NAMESPACE: namespace });
      await waitFor(() => child.stdout.readableLength > 0, { what: 'the first lines' });
      child.kill('SIGINT');
      child.stdout.resume();
      assert.equal(await ended, 130);
      const envelope = JSON.parse(said.stderr) as Record<string, unknown>;
      assert.deepEqual(
        [envelope['success'], envelope['code'], envelope['outcome']],
        [false, 'CANCELLED', 'none'],
      );
    });

    it('end an export quietly when its reader ends', async () => {
      const namespace = `test-${randomUUID()}`;
      const value = 'v'.repeat(100_000);
      for (let at = 0; at < 50; at++) await redis.plain.set(`${namespace}:cache:${at}`, value);
      const env = { GANTZ_CONFIG: 'builtin:redis', GANTZ_NAMESPACE: namespace, REDIS_URL: redis.url };
      const run = await runProgram(['-c', `"${program}" export | head -c 20`], { program: '/bin/sh', env });
      assert.deepEqual([run.stdout, run.stderr], ['{"format":"gantz-exp', '']);
    });

    it('write a file that appears when it is whole, and keep the old one when the export fails', async () => {
      const namespace = `test-${randomUUID()}`;
      const keys = await fill(redis.plain, namespace);
      const cwd = folderWith({});
      const env = { GANTZ_CONFIG: 'builtin:redis', GANTZ_NAMESPACE: namespace, REDIS_URL: redis.url };
      const words = ['export', '--output', 'x.ndjson'];
      const run = await runProgram(words, { program, env, cwd });
      const { types, ...envelope } = JSON.parse(run.stdout) as Record<string, unknown>;
      assert.deepEqual(envelope, { success: true, namespace, keys, file: 'x.ndjson' });
      assert.equal(typeof types, 'object');
      const imported = await runProgram(['import', 'x.ndjson'], {
        program,
        env: { ...env, REDIS_URL: target.url },
        cwd,
      });
      assert.equal(imported.exitCode, 0, imported.stdout);
      assert.deepEqual(await dumpOf([target.plain], namespace), await dumpOf([redis.plain], namespace));
      writeFileSync(join(cwd, 'x.ndjson'), 'old');
      const failed = await runProgram(words, { program, env: { ...env, REDIS_URL: 'unix:///nowhere' }, cwd });
      assert.equal(failed.exitCode, 4, failed.stdout);
      assert.deepEqual(readdirSync(cwd), ['x.ndjson']);
      assert.equal(readFileSync(join(cwd, 'x.ndjson'), 'utf8'), 'old');
    });

    it('report a file that cannot be read or written', async () => {
      const env = { GANTZ_CONFIG: 'builtin:redis', REDIS_URL: redis.url };
      for (const words of [
        ['import', '/nowhere'],
        ['import', '/'],
        ['export', '--output', '/nowhere/x'],
        ['export', '--output', '/'],
      ]) {
        const run = await runProgram(words, { program, env });
        assert.deepEqual([run.exitCode, (JSON.parse(run.stdout) as { code: string }).code], [2, 'USAGE']);
      }
    });
  });
}

/** Returns the lines up to the first part of the first structure that has several, and how many structures that are. */
function firstPart(lines: string): { text: string; structures: number } {
  const text = lines.slice(0, lines.indexOf('\n', lines.indexOf('"more":true')) + 1);
  return { text, structures: text.split('\n').length - 2 };
}
