import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { waitFor } from '../helpers/wait.ts';
import { CLIENTS, connect, isAlive } from './connect.ts';
import { INITIALIZE, startRaw } from './raw.ts';
import { envelopeIn } from './result.ts';

const MANIFEST = `
name: lifetime
tools:
  - name: sleep_long
    description: Starts a process with a child, and writes both process ids to a file
    parameters: [{ name: file, type: string, required: true }]
    script:
      shell: |
        sleep 300 &
        echo "$$ $!" > {{file}}
        wait
  - name: count_lines
    description: Prints lines
    script:
      shell: 'echo one; echo two; echo three'
  - name: loud
    description: Prints on stdout by every function, at once and later
    handler: loud.say
`;

const LOUD = `
console.log('loud: while it loads');
export function say() {
  console.log('loud: console.log');
  console.info({ loud: 'console.info' });
  console.table([1]);
  process.stdout.write('loud: process.stdout.write\\n');
  setTimeout(() => console.log('loud: later'), 20);
  setInterval(() => undefined, 1000);
  return { quiet: false };
}
`;

describe('gantz mcp', () => {
  let cwd = '';
  before(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'gantz-mcp-'));
    await writeFile(join(cwd, 'gantz.yaml'), MANIFEST);
    await mkdir(join(cwd, 'tools'));
    await writeFile(join(cwd, 'tools/loud.mjs'), LOUD);
  });
  after(() => rm(cwd, { recursive: true }));

  async function pidsIn(name: string): Promise<number[]> {
    const read = async (): Promise<string> => {
      const text = await readFile(join(cwd, name), 'utf8').catch(() => '');
      return text.endsWith('\n') ? text.trim() : '';
    };
    const pids = (await waitFor(read, { what: `two process ids in ${name}` })).split(' ').map(Number);
    assert.equal(pids.length, 2);
    return pids;
  }

  const call = (id: unknown, name: string, input: object = {}): string =>
    JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: input } });

  for (const client of CLIENTS) {
    it(`kills the processes of a call that a client of ${client} cancels`, async () => {
      const agent = await connect({ client, cwd });
      try {
        const file = `cancelled-${client.replace(' ', '')}`;
        const controller = new AbortController();
        const waiting = agent.call('sleep_long', { file }, { signal: controller.signal });
        waiting.catch(() => undefined);
        const pids = await pidsIn(file);
        controller.abort();
        await assert.rejects(waiting);
        await waitFor(() => !pids.some(isAlive), { what: 'the end of the processes' });
        assert.equal((await agent.call('count_lines')).isError ?? false, false);
      } finally {
        await agent.close();
      }
    });
  }

  for (const how of ['stdin closes', 'SIGTERM arrives'] as const) {
    it(`leaves no process behind when ${how}, and exits`, async () => {
      const client = startRaw({ cwd });
      client.send(INITIALIZE);
      const file = how.replaceAll(' ', '-');
      client.send(call(1, 'sleep_long', { file }));
      const pids = await pidsIn(file);
      if (how === 'stdin closes') assert.equal(await client.end(), 0);
      else {
        client.kill('SIGTERM');
        assert.equal(await client.exited(), 143);
      }
      await waitFor(() => !pids.some(isAlive), { what: 'the end of the processes' });
    });
  }

  it('reports the lines of a script as progress, before its result', async () => {
    const client = startRaw({ cwd });
    client.send(INITIALIZE);
    const params = { name: 'count_lines', arguments: {}, _meta: { progressToken: 'token' } };
    client.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }));
    await client.answer(1);
    assert.equal(await client.end(), 0);
    const messages = client
      .stdout()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id?: unknown; params?: object });
    assert.deepEqual(
      messages.map(({ id, params: progress }) => progress ?? id),
      [
        'initialize',
        { progressToken: 'token', progress: 1, message: 'one' },
        { progressToken: 'token', progress: 2, message: 'two' },
        { progressToken: 'token', progress: 3, message: 'three' },
        1,
      ],
    );
  });

  it('writes only the protocol to stdout when a handler prints, and exits although a timer is left', async () => {
    const client = startRaw({ cwd });
    client.send(INITIALIZE);
    client.send(call(1, 'loud'));
    const { result } = await client.answer(1);
    assert.deepEqual(result?.['structuredContent'], { success: true, quiet: false }, client.stderr());
    await waitFor(() => client.stderr().includes('loud: later'), { what: '"loud: later" on stderr' });
    client.send(call(2, 'loud'));
    await client.answer(2);
    assert.equal(await client.end(), 0);
    for (const line of client.stdout().trimEnd().split('\n'))
      assert.equal((JSON.parse(line) as { jsonrpc: string }).jsonrpc, '2.0');
    assert.doesNotMatch(client.stdout(), /loud:/);
    for (const way of ['while it loads', 'console.log', 'process.stdout.write'])
      assert.match(client.stderr(), new RegExp(`loud: ${way}`));
  });

  it('returns the envelope of a call with invalid parameters', async () => {
    const agent = await connect({ cwd });
    try {
      const result = await agent.call('sleep_long', {});
      assert.equal(envelopeIn(result)['code'], 'INVALID_PARAMETERS');
    } finally {
      await agent.close();
    }
  });
});
