import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openGantz } from '../../../lib/library/library.ts';
import { appendLine } from '../../../lib/run/audit/append-line.ts';
import { redact } from '../../../lib/run/redact.ts';
import { startBatch } from '../../batch/live-batch.ts';
import { startServer } from '../../http/server.ts';
import { folderWith } from '../../helpers/folder.ts';
import { envelopeOf, runMain } from '../../helpers/run-main.ts';
import { PROGRAMS, runProgram } from '../../helpers/run-program.ts';
import { connect } from '../../mcp/connect.ts';

const TOOLS = `tools:
  - name: greet
    description: greets
    parameters: [{ name: who, type: string }, { name: token, type: string }]
    script: { shell: "true" }
  - { name: fails, description: d, script: { shell: "exit 3" } }
`;

type Line = Record<string, unknown> & { caller: Record<string, unknown>; parameters?: unknown };

function project(root = ''): { cwd: string; config: string; log: string; lines: () => Line[] } {
  const cwd = folderWith({ 'gantz.yaml': `name: audited\n${root}${TOOLS}` });
  const log = join(cwd, 'audit.ndjson');
  return { cwd, config: join(cwd, 'gantz.yaml'), log, lines: () => linesOf(log) };
}

function linesOf(file: string): Line[] {
  const text = readFileSync(file, 'utf8');
  assert.ok(text === '' || text.endsWith('\n'));
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);
}

describe('the audit log', () => {
  it('has a line for each call, which only its owner can read', async () => {
    const { cwd, log, lines } = project();
    const before = Date.now();
    await runMain(['--audit', 'audit.ndjson', '--idempotency-key', 'k', 'fails'], {
      cwd,
      env: { REDIS_URL: 'redis://127.0.0.1:1' },
    });
    await runMain(['greet', '--who', 'Ann'], { cwd, env: { GANTZ_AUDIT: log } });
    await runMain(['fails'], { cwd, env: { GANTZ_AUDIT: log } });
    await runMain(['greet', '--who', '{"a":1}', '--whom', 'x'], { cwd, env: { GANTZ_AUDIT: log } });
    const [keyed, first, second, ...others] = lines();
    assert.equal(others.length, 0);
    assert.deepEqual([keyed?.['code'], keyed?.['idempotency_key']], ['REDIS_UNAVAILABLE', true]);
    const { time, duration_ms: duration, caller, ...rest } = first ?? assert.fail();
    assert.deepEqual(rest, {
      interface: 'cli',
      tool: 'greet',
      parameters: { who: 'Ann' },
      success: true,
    });
    assert.match(String(time), /^\d{4}-\d\d-\d\dT.*Z$/);
    assert.ok(Date.parse(String(time)) >= before && Number(duration) >= 0);
    assert.deepEqual(Object.keys(caller), ['uid', 'pid']);
    assert.deepEqual(
      [second?.['success'], second?.['code'], second?.['outcome']],
      [false, 'SCRIPT_FAILED', 'unknown'],
    );
    assert.equal(statSync(log).mode & 0o777, 0o600);
  });

  it('is missing with a notice when its file is an empty text', async () => {
    const { cwd } = project('audit: { file: "${NOPE}" }\n');
    const unset = await runMain(['greet'], { cwd });
    assert.equal(
      unset.stderr,
      'There is no audit log: `file` of `audit`, "${NOPE}", is empty. Calls run all the same.\n',
    );
    assert.equal(envelopeOf(unset)['success'], true);
    await runMain(['greet'], { cwd, env: { NOPE: 'a.ndjson' } });
    assert.equal(linesOf(join(cwd, 'a.ndjson')).length, 1);
  });

  it('has the calls of every interface', async () => {
    const { cwd, config, log, lines } = project('audit: { file: audit.ndjson }\n');
    await runMain(['greet'], { cwd: '/', env: { GANTZ_CONFIG: config } });
    const batch = startBatch([], { config, env: {} });
    batch.send({ tool: 'greet' });
    await batch.answer();
    batch.stdin.end();
    await batch.ended();
    const agent = await connect({ args: ['-c', config] });
    await agent.call('greet');
    await agent.close();
    const server = await startServer([], { config });
    await server.call('greet');
    await fetch(`${server.url}/mcp/tools/call`, {
      method: 'POST',
      headers: { 'gantz-console': 'view' },
      body: '{"tool":"greet"}',
    });
    await fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: 'Bearer x',
      },
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"greet","arguments":{}}}',
    });
    await server.stop();
    await using gantz = await openGantz({ manifest: config });
    await gantz.call('greet');
    const other = join(cwd, 'other.ndjson');
    await using elsewhere = await openGantz({ manifest: config, audit: other });
    await elsewhere.call('greet');
    assert.deepEqual(
      lines().map(({ interface: name, view, caller: { address, token } }) => [name, address, token, view]),
      [
        ['cli', undefined, undefined, undefined],
        ['batch', undefined, undefined, undefined],
        ['mcp', undefined, undefined, undefined],
        ['http', '127.0.0.1', false, undefined],
        ['http', '127.0.0.1', false, true],
        ['mcp', '127.0.0.1', true, undefined],
        ['library', undefined, undefined, undefined],
      ],
    );
    assert.equal(linesOf(other).length, 1);
    assert.equal(statSync(log).mode & 0o777, 0o600);
  });

  it('keeps hostile values in one line, hides unknown parameters, and leaves out what is too long', async () => {
    const { config, log, lines } = project();
    await using gantz = await openGantz({ manifest: config, audit: log });
    const who = '\n\r\u0000\u001b[2J\u007f\u009b\u2028\u202e"\\{}\ud800';
    await gantz.call('greet', { who }).catch(() => undefined);
    await gantz.call('greet', { who: 'x'.repeat(70_000) });
    await gantz.call('greet', { tokn: 'hunter2', ['__proto__']: 'hunter2' }).catch(() => undefined);
    const text = readFileSync(log, 'utf8');
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
    assert.doesNotMatch(text, /hunter2/);
    const [hostile, long, unknown] = lines();
    assert.deepEqual(hostile?.parameters, { who });
    assert.deepEqual(
      [long?.parameters, long?.['parameters_omitted'], long?.['success']],
      [undefined, true, true],
    );
    assert.equal(unknown?.['code'], 'INVALID_PARAMETERS');
    assert.match(JSON.stringify(unknown.parameters), /"tokn":"\[unknown parameter\]"/);
  });

  it('has no value of a secret parameter', () => {
    const tool = {
      name: 't',
      description: '',
      inputSchema: {
        type: 'object' as const,
        properties: { open: {}, hidden: { type: 'string' } },
        required: [],
        additionalProperties: false,
      },
      secrets: ['hidden'],
      annotations: {},
      environment: {},
      directory: '',
    };
    assert.deepEqual(redact(tool, { open: 1, hidden: 'hunter2' }), { open: 1, hidden: '[secret]' });
  });

  it('does not stop calls when it cannot be written, and says so once', async () => {
    const { cwd, config } = project();
    mkdirSync(join(cwd, 'folder'));
    execFileSync('mkfifo', [join(cwd, 'pipe')]);
    for (const [file, reason] of [
      ['missing/audit.ndjson', /no such file or directory/],
      ['folder', /illegal operation on a directory|is a directory/i],
      ['pipe', /ENXIO|regular file/],
    ] as const) {
      const notices: string[] = [];
      await using gantz = await openGantz({
        manifest: config,
        audit: file,
        cwd,
        onNotice: (text) => void notices.push(text),
      });
      await gantz.call('greet');
      await gantz.call('greet');
      assert.equal(notices.length, 1);
      assert.match(notices[0] ?? '', reason);
      assert.match(notices[0] ?? '', /Calls run all the same/);
    }
    const run = await runMain(['--audit', '/dev/null', 'greet'], { cwd });
    assert.equal(envelopeOf(run).success, true);
    assert.match(run.stderr, /Problem with the audit log \/dev\/null: it is not a regular file/);
    assert.ok(statSync('/dev/null').isCharacterDevice());
  });

  it('continues in a new file when another program has renamed it', async () => {
    const { config, log, cwd, lines } = project();
    await using gantz = await openGantz({ manifest: config, audit: log });
    await gantz.call('greet');
    renameSync(log, join(cwd, 'moved'));
    await gantz.call('greet');
    assert.deepEqual([lines().length, linesOf(join(cwd, 'moved')).length], [1, 1]);
  });
});

describe('a full audit log', () => {
  it('is renamed, and five old files are kept', () => {
    const path = join(folderWith({}), 'log');
    for (let n = 0; n < 20; n++) appendLine({ path, maxBytes: 4 }, `${n}\n`);
    const files = ['log', 'log.1', 'log.2', 'log.3', 'log.4', 'log.5'];
    assert.deepEqual(readdirSync(join(path, '..')).sort(), files);
    const text = files.reverse().map((name) => readFileSync(join(path, '..', name), 'utf8'));
    assert.deepEqual(
      text.join('').trim().split('\n').map(Number),
      Array.from({ length: 12 }, (_, index) => index + 8),
    );
  });

  it('grows while another process renames it, and the lock of a process that was killed is removed', () => {
    const path = join(folderWith({}), 'log');
    writeFileSync(`${path}.lock`, '');
    for (const line of ['a\n', 'b\n']) appendLine({ path, maxBytes: 2 }, line);
    assert.equal(readFileSync(path, 'utf8'), 'a\nb\n');
    utimesSync(`${path}.lock`, 1, 1);
    appendLine({ path, maxBytes: 2 }, 'c\n');
    assert.equal(existsSync(`${path}.lock`), false);
    appendLine({ path, maxBytes: 2 }, 'd\n');
    assert.deepEqual([readFileSync(path, 'utf8'), readFileSync(`${path}.1`, 'utf8')], ['d\n', 'a\nb\nc\n']);
  });

  it('grows when it cannot be renamed', () => {
    const path = join(folderWith({}), 'log');
    writeFileSync(`${path}.4`, '');
    mkdirSync(`${path}.5`);
    appendLine({ path, maxBytes: 2 }, 'a\n');
    assert.throws(() => appendLine({ path, maxBytes: 2 }, 'b\n'), /it is full, and cannot be renamed/);
    assert.equal(readFileSync(path, 'utf8'), 'a\nb\n');
    assert.equal(existsSync(`${path}.lock`), false);
  });

  for (const { name, path } of PROGRAMS)
    it(`${name}: 20 processes append 1,000 whole lines, and no line is lost when the file is renamed`, async () => {
      const { cwd, config, log } = project('audit: { file: audit.ndjson, max_size: 64KiB }\n');
      const calls = (process: number): string =>
        Array.from(
          { length: 50 },
          (_, call) => `{"tool":"greet","params":{"who":"${process}-${call}${'.'.repeat(60)}"}}\n`,
        ).join('');
      await Promise.all(
        Array.from({ length: 20 }, (_, process) =>
          runProgram(['-c', config, 'batch', '--concurrency', '2'], { program: path, stdin: calls(process) }),
        ),
      );
      const files = readdirSync(cwd).filter((file) => file.startsWith('audit.ndjson'));
      assert.ok(files.length >= 3 && files.every((file) => !file.endsWith('.lock')), files.join());
      const seen = files
        .flatMap((file) => linesOf(join(cwd, file)))
        .map(({ parameters }) => JSON.stringify(parameters));
      assert.deepEqual([seen.length, new Set(seen).size], [1000, 1000]);
      assert.ok(files.every((file) => statSync(join(cwd, file)).size < 70 * 1024));
      assert.ok(existsSync(log));
    });
});
