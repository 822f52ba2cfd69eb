import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PassThrough } from 'node:stream';
import { GantzError, openGantz } from '../../lib/library/library.ts';
import { main } from '../../lib/main.ts';
import { useRedis } from '../helpers/redis-server.ts';
import { runMain } from '../helpers/run-main.ts';
import { settled } from '../helpers/wait.ts';
import { startBatch } from '../batch/live-batch.ts';
import { startServer } from '../http/server.ts';
import { CALLS, MANIFEST, UNKNOWN, type WrittenCall } from './calls.ts';

let folder: string;
let config: string;
const redis = useRedis();
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gantz-interfaces-'));
  config = join(folder, 'gantz.yaml');
  await writeFile(config, MANIFEST);
});
after(() => rm(folder, { recursive: true, force: true }));

type Answer = Record<string, unknown>;
/** An open interface. `call` runs one call and returns the envelope of its answer. */
type Interface = { call(tool: string, params: string): Promise<Answer>; close(): Promise<unknown> };

const envOf = (name: string): Record<string, string> => ({
  REDIS_URL: redis.url,
  GANTZ_NAMESPACE: name,
});

function openShell(): Promise<Interface> {
  const env = envOf('shell');
  return Promise.resolve({
    async call(tool, params) {
      const { stdout } = await runMain(['-c', config, 'call', tool, '-'], { env, stdin: params });
      return JSON.parse(stdout) as Answer;
    },
    close: () => Promise.resolve(),
  });
}

function openBatch(): Promise<Interface> {
  const batch = startBatch([], { env: envOf('batch'), config });
  let line = 0;
  return Promise.resolve({
    async call(tool, params) {
      line++;
      batch.stdin.write(`{"tool":${JSON.stringify(tool)},"params":${params},"id":${line}}\n`);
      const { id, line: at, ...envelope } = await batch.answer();
      assert.equal(id, line);
      if (at !== undefined) assert.equal(at, line);
      return envelope;
    },
    close() {
      batch.stdin.end();
      return batch.ended();
    },
  });
}

async function openRest(): Promise<Interface> {
  const server = await startServer([], { env: envOf('rest'), config });
  return {
    async call(tool, params) {
      const body = `{"tool":${JSON.stringify(tool)},"params":${params}}`;
      const response = await fetch(`${server.url}/mcp/tools/call`, { method: 'POST', body });
      return ((await response.json()) as { result: Answer }).result;
    },
    close: () => server.stop(),
  };
}

const request = (id: number, tool: string, params: string): string =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":${JSON.stringify(tool)},"arguments":${params}}}`;

/** Returns the envelope in an answer of MCP. For an unknown tool it is in the data of the error. */
function envelopeIn(text: string): Answer {
  const { result, error } = JSON.parse(text) as {
    result?: { content: [{ text: string }]; structuredContent?: Answer };
    error?: { data: Answer };
  };
  if (error) return error.data;
  assert.ok(result);
  const envelope = JSON.parse(result.content[0].text) as Answer;
  if (result.structuredContent) assert.deepEqual(result.structuredContent, envelope);
  return envelope;
}

async function openMcpHttp(): Promise<Interface> {
  const server = await startServer([], { env: envOf('mcp-http'), config });
  let id = 0;
  return {
    async call(tool, params) {
      const response = await fetch(`${server.url}/mcp`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2025-11-25',
        },
        body: request(++id, tool, params),
      });
      const text = await response.text();
      return envelopeIn(/^data: (.*)$/m.exec(text)?.[1] ?? text);
    },
    close: () => server.stop(),
  };
}

async function openMcpStdio(): Promise<Interface> {
  const stdin = new PassThrough();
  let text = '';
  let onText: () => void = () => undefined;
  const ended = main(
    {
      argv: [],
      env: { PATH: process.env['PATH'], ...envOf('mcp-stdio') },
      stdin,
      stdout: {
        write(more) {
          text += more;
          onText();
        },
      },
      stderr: { write: () => true },
      cwd: () => '/',
      on: () => undefined,
      off: () => undefined,
    },
    ['-c', config, 'mcp'],
  );
  const answer = async (id: number): Promise<string> => {
    for (;;) {
      const line = text.split('\n').find((candidate) => candidate.endsWith('}') && hasId(candidate, id));
      if (line !== undefined) return line;
      const more = new Promise<void>((resolve) => (onText = resolve));
      await settled(more, { what: `the answer to request ${id}` });
    }
  };
  stdin.write(
    '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}\n',
  );
  await answer(0);
  stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  let id = 0;
  return {
    async call(tool, params) {
      text = '';
      stdin.write(`${request(++id, tool, params)}\n`);
      return envelopeIn(await answer(id));
    },
    async close() {
      stdin.end();
      await ended;
    },
  };
}

function hasId(line: string, id: number): boolean {
  return (JSON.parse(line) as { id?: unknown }).id === id;
}

async function openLibrary(): Promise<Interface> {
  const gantz = await openGantz({
    manifest: config,
    env: { PATH: process.env['PATH'], ...envOf('library') },
  });
  return {
    async call(tool, params) {
      try {
        // Programs can pass parameters that the types forbid.
        const input = JSON.parse(params) as Record<string, unknown>;
        return { success: true, ...(await gantz.call(tool, input)) };
      } catch (error) {
        assert.ok(error instanceof GantzError, String(error));
        return error.envelope;
      }
    },
    close: () => gantz.close(),
  };
}

/** Fields whose values differ from call to call. */
const VOLATILE = ['session_id', 'created_at', 'updated_at', 'ttl_ms', 'reset_at', 'retry_after_ms'];

function comparable(answer: Answer): unknown {
  const session = 'session_id' in answer ? String(answer['session_id']) : undefined;
  // session_get answers with the time that is left, which a slow machine shortens by a second.
  const volatile = 'session' in answer ? [...VOLATILE, 'ttl'] : VOLATILE;
  const text = JSON.stringify(answer, (name, value: unknown) =>
    volatile.includes(name) ? typeof value : value,
  );
  const plain = session === undefined ? text : text.replaceAll(session, 'SESSION');
  return JSON.parse(
    plain.replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, 'SESSION'),
  );
}

async function answersOf(open: () => Promise<Interface>, calls: readonly WrittenCall[]): Promise<unknown[]> {
  const opened = await open();
  const answers: unknown[] = [];
  let session = '';
  try {
    for (const [tool, params] of calls) {
      const answer = await opened.call(tool, params.replaceAll('$SESSION', session));
      if (tool === 'session_create') session = String(answer['session_id']);
      answers.push(comparable(answer));
    }
  } finally {
    await opened.close();
  }
  return answers;
}

const interfaces: [string, () => Promise<Interface>][] = [
  ['batch', openBatch],
  ['REST', openRest],
  ['MCP over stdio', openMcpStdio],
  ['MCP over HTTP', openMcpHttp],
  ['the library', openLibrary],
];

/** Parameters that only JSON text can carry. A number of a program has lost its digits before the call. */
const ONLY_IN_TEXT = /\d{17}|:9007199254740993|1e400|\[{600}/;

let expected: Promise<unknown[]> | undefined;
const shellAnswers = (): Promise<unknown[]> => (expected ??= answersOf(openShell, [...CALLS, ...UNKNOWN]));

test('a hundred calls succeed or fail through the shell, and none is INTERNAL', async () => {
  const answers = (await shellAnswers()) as Answer[];
  assert.equal(CALLS.length >= 100, true);
  const failed = answers.filter(({ success }) => success === false);
  assert.ok(failed.length > 35 && failed.length < CALLS.length / 2, `${failed.length} fail`);
  assert.deepEqual(
    answers.filter(({ code }) => code === 'INTERNAL'),
    [],
  );
});

for (const [name, open] of interfaces) {
  test(`the same calls through ${name} give the same envelopes`, async () => {
    const all = [...CALLS, ...UNKNOWN];
    const isPossible = ([, params]: WrittenCall): boolean =>
      name !== 'the library' || !ONLY_IN_TEXT.test(params);
    const calls = all.filter(isPossible);
    const wanted = (await shellAnswers()).filter((_, index) => calls.includes(all[index] ?? ['', '']));
    const answers = await answersOf(open, calls);
    for (const [index, [tool, params]] of calls.entries())
      assert.deepEqual(answers[index], wanted[index], `${tool} ${params.slice(0, 80)}`);
  });
}
