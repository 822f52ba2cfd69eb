import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { describe, it } from 'node:test';
import { endOf, endWithTests } from '../helpers/children.ts';
import { folderWith } from '../helpers/folder.ts';
import { PROGRAM } from '../helpers/run-program.ts';
import { waitFor } from '../helpers/wait.ts';

/** Calls before the measurement, which bring code and heap to their working size. */
const FIRST = 2000;
const OFFERED = 20_000;
const TOTAL = FIRST + OFFERED;
const RUNNING = 16;
const QUEUED = 4 * RUNNING;
const MOST_GROWTH_KIB = 64 * 1024;

const PROGRAMS: [name: string, words: string[]][] = [
  ['the program of bin/gantz', [PROGRAM]],
  ['the package for Node', [process.execPath, join(import.meta.dirname, '../../dist/node/gantz.cjs')]],
];

const MANIFEST = `name: overload
tools:
  - name: wait_for
    description: Notes that it runs, and waits until a file exists
    parameters: [{ name: n, type: integer, required: true }, { name: file, type: string, required: true }]
    timeout: 10m
    script:
      shell: 'echo {{n}} >> {{file}}.begun; while [ ! -e {{file}} ]; do sleep 0.1; done; echo {{n}}'
`;

const folder = folderWith({ 'gantz.yaml': MANIFEST });

type Running = ChildProcessByStdio<Writable, Readable, Readable> & { said: () => string };

function start([program = '', ...words]: string[], ...args: string[]): Running {
  const options = { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder } };
  const child = endWithTests(
    spawn(program, [...words, '--max-calls', String(RUNNING), ...args], { ...options, stdio: 'pipe' }),
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdin.on('error', () => undefined);
  return Object.assign(child, { said: () => said });
}

/** Returns the memory that a process holds, in KiB. */
function memoryOf({ pid }: Running): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
}

/** Returns the numbers of the calls whose script has begun. */
function begunIn(file: string): number[] {
  try {
    return readFileSync(`${file}.begun`, 'utf8').trim().split('\n').map(Number);
  } catch {
    return [];
  }
}

type Envelope = { success: boolean; code?: string; outcome?: string; retryable?: boolean; output?: string };

/** Checks that each call has its own answer: that of its script, or a refusal. */
function checkAnswers(answers: ReadonlyMap<number, Envelope>, file: string): void {
  assert.equal(answers.size, TOTAL);
  const begun = new Set(begunIn(file));
  for (const [n, { success, code, outcome, retryable, output }] of answers) {
    const expected = begun.has(n)
      ? { success: true, output: String(n) }
      : { success: false, code: 'OVERLOADED', outcome: 'none', retryable: true };
    const actual = success ? { success, output } : { success, code, outcome, retryable };
    assert.deepEqual(actual, expected, `call ${n}`);
  }
}

for (const [name, words] of PROGRAMS) {
  describe(`${OFFERED} calls offered to ${name}`, () => {
    it('over MCP on stdio: each is answered, and memory is bounded', async () => {
      const file = join(folder, `${words.length}-mcp`);
      const server = start(words, 'mcp');
      const end = endOf(server, { what: () => `the end of gantz mcp: ${server.said()}` });
      const answers = new Map<number, Envelope>();
      let initialized = false;
      let text = '';
      server.stdout.on('data', (chunk: Buffer) => {
        const lines = (text + chunk.toString()).split('\n');
        text = lines.pop() ?? '';
        for (const line of lines) {
          const { id, result } = JSON.parse(line) as { id: number; result: { content: [{ text: string }] } };
          if (id < 0) initialized = true;
          else if (answers.has(id)) assert.fail(`call ${id} was answered twice`);
          else answers.set(id, JSON.parse(result.content[0].text) as Envelope);
        }
      });
      const request = (id: number, method: string, params: object): string =>
        `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
      const clientInfo = { name: 'raw', version: '1' };
      server.stdin.write(
        request(-1, 'initialize', { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }),
      );
      await waitFor(() => initialized, { what: () => `the answer to initialize: ${server.said()}` });
      const offer = async (from: number, to: number): Promise<void> => {
        for (let n = from; n < to; n++)
          server.stdin.write(request(n, 'tools/call', { name: 'wait_for', arguments: { n, file } }));
        await waitFor(() => answers.size >= to - RUNNING - QUEUED, {
          what: () => `the refusals of ${to} calls, not ${answers.size}`,
        });
      };
      await offer(0, FIRST);
      const before = memoryOf(server);
      await offer(FIRST, TOTAL);
      const growth = memoryOf(server) - before;
      await waitFor(() => begunIn(file).length === RUNNING, { what: 'the scripts that may run' });
      writeFileSync(file, '');
      await waitFor(() => answers.size === TOTAL, { what: () => `${TOTAL} answers, not ${answers.size}` });
      server.stdin.end();
      assert.equal(await end, 0);
      checkAnswers(answers, file);
      assert.equal(begunIn(file).length, RUNNING + QUEUED);
      assert.ok(growth <= MOST_GROWTH_KIB, `memory grew by ${growth} KiB`);
    });

    it('over HTTP: each is answered, and memory is bounded', async () => {
      const file = join(folder, `${words.length}-http`);
      const server = start(words, 'serve', '--port', '0');
      const end = endOf(server, { what: () => `the end of gantz serve: ${server.said()}` });
      const portIn = (): number => Number(/ on http:\S+:(\d+)/.exec(server.said())?.[1] ?? 0);
      const port = await waitFor(portIn, { what: () => `the address: ${server.said()}` });
      const answers = new Map<number, Envelope>();
      const retryAfter = new Set<string>();
      let next = 0;
      let last = 0;
      /** Sends calls on one connection, each after the answer to the one before. */
      const client = (): void => {
        const socket = connect(port, '127.0.0.1');
        let n = 0;
        let text = '';
        const send = (): void => {
          if (next === last) {
            socket.destroy();
            return;
          }
          n = next++;
          const body = JSON.stringify({ tool: 'wait_for', params: { n, file } });
          socket.write(
            `POST /mcp/tools/call HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
          );
        };
        socket.on('connect', send).on('data', (chunk: Buffer) => {
          text += chunk.toString();
          const [head = '', body = ''] = text.split('\r\n\r\n');
          const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? NaN);
          if (body.length < length || Number.isNaN(length)) return;
          text = '';
          const { result } = JSON.parse(body) as { result: Envelope };
          if (!result.success)
            retryAfter.add(`${head.slice(9, 12)} ${/^retry-after: (.*)$/im.exec(head)?.[1]?.trim()}`);
          answers.set(n, result);
          send();
        });
      };
      const offer = async (connections: number, to: number): Promise<void> => {
        last = to;
        for (let index = 0; index < connections; index++) client();
        await waitFor(() => answers.size >= to - RUNNING - QUEUED, {
          what: () => `the refusals of ${to} calls, not ${answers.size}`,
        });
      };
      await offer(RUNNING + QUEUED + 20, FIRST);
      const before = memoryOf(server);
      await offer(1000, TOTAL);
      const growth = memoryOf(server) - before;
      await waitFor(() => begunIn(file).length === RUNNING, { what: 'the scripts that may run' });
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      assert.match(metrics, new RegExp(`^gantz_calls_queued ${QUEUED}$`, 'm'));
      assert.match(metrics, new RegExp(`^gantz_calls_in_flight ${RUNNING + QUEUED}$`, 'm'));
      assert.match(metrics, new RegExp(`^gantz_calls_refused_total ${TOTAL - RUNNING - QUEUED}$`, 'm'));
      // Calls that wait are answered, too, when the server stops.
      server.kill('SIGTERM');
      await waitFor(() => server.said().includes('Stopping'), { what: 'the begin of the stop' });
      writeFileSync(file, '');
      await waitFor(() => answers.size === TOTAL, { what: () => `${TOTAL} answers, not ${answers.size}` });
      assert.equal(await end, 143);
      checkAnswers(answers, file);
      assert.deepEqual([...retryAfter], ['503 1']);
      assert.ok(growth <= MOST_GROWTH_KIB, `memory grew by ${growth} KiB`);
    });
  });
}
