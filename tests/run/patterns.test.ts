import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { endOf, endWithTests } from '../helpers/children.ts';
import { folderWith } from '../helpers/folder.ts';
import { waitFor } from '../helpers/wait.ts';

const DIST = join(import.meta.dirname, '../../dist');
const PACKAGE = join(DIST, 'node/gantz.cjs');
const PROGRAMS = [join(DIST, 'native/gantz'), PACKAGE];

const tool = (name: string, pattern: string): object => ({
  name,
  description: 'd',
  parameters: [{ name: 's', type: 'string', pattern }],
  script: { command: 'printf', args: ['%s', '{{s}}'] },
});
const manifest = {
  name: 'patterns',
  tools: [
    tool('plain', '^[a-z]+(?:-[a-z]+)*$'),
    tool('nested', '^(a+)+$'),
    tool('two', '^(a+)+b?$|^(a|aa)+!$'),
    // Back references: the time of a match grows exponentially.
    tool('endless', '^(a+)+\\1b$'),
    {
      name: 'returned',
      description: 'd',
      returns: [{ name: 's', type: 'string', pattern: '^(a+)+\\1b$' }],
      script: { command: 'printf', args: ['a'.repeat(60)] },
    },
  ],
};
const LETTERS = 'a'.repeat(40);

for (const program of PROGRAMS) {
  describe(program.slice(DIST.length + 1), { skip: !existsSync(program) && 'it is not built' }, () => {
    const cwd = folderWith({ 'gantz.yaml': JSON.stringify(manifest) });
    const env = { PATH: process.env['PATH'], HOME: cwd };

    function call(...words: string[]): Record<string, unknown> {
      const { stdout, status } = spawnSync(program, words, { cwd, env, encoding: 'utf8', timeout: 120_000 });
      return { ...(JSON.parse(stdout) as object), status };
    }

    for (const cached of [false, true]) {
      const when = cached ? 'with a cached check' : 'with a new check';
      it(`matches a text that backtracks without end, ${when}`, () => {
        assert.equal(call('two', '--s', `${LETTERS}!`)['output'], `${LETTERS}!`);
        assert.equal(call('nested', '--s', LETTERS)['output'], LETTERS);
        const { code, error } = call('nested', '--s', `${LETTERS}!`);
        assert.equal(code, 'INVALID_PARAMETERS');
        assert.equal(error, 'nested: s must match pattern "^(a+)+$"');
      });

      it(`ends a match at the time limit and names it, ${when}`, () => {
        const { code, error, outcome, status } = call('--timeout', '300ms', 'endless', '--s', LETTERS);
        assert.deepEqual([code, outcome, status], ['TIMEOUT', 'none', 5]);
        assert.equal(
          error,
          'endless: the match of s with the pattern ^(a+)+\\1b$ did not finish within 300 ms',
        );
      });
    }

    it('reports a result that cannot be checked in time as applied', () => {
      const { code, outcome } = call('--timeout', '1s', 'returned');
      assert.deepEqual([code, outcome], ['TIMEOUT', 'applied']);
    });

    it('gantz mcp answers other calls during a match, and ends at SIGTERM', async () => {
      const words = ['--timeout', '10m', 'mcp'];
      const child = endWithTests(spawn(program, words, { cwd, env, stdio: ['pipe', 'pipe', 'ignore'] }));
      const ended = endOf(child, { what: 'the end of gantz mcp' });
      const answered: unknown[] = [];
      createInterface(child.stdout).on('line', (line) =>
        answered.push((JSON.parse(line) as { id: unknown }).id),
      );
      const send = (message: object): void =>
        void child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
      const client = { name: 't', version: '1' };
      const params = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: client };
      send({ id: 0, method: 'initialize', params });
      send({ method: 'notifications/initialized' });
      send({ id: 1, method: 'tools/call', params: { name: 'endless', arguments: { s: LETTERS } } });
      send({ id: 2, method: 'tools/call', params: { name: 'endless', arguments: { s: LETTERS } } });
      send({ id: 3, method: 'tools/call', params: { name: 'two', arguments: { s: `${LETTERS}!` } } });
      await waitFor(() => answered.includes(3), { what: 'the answer to the third call' });
      assert.deepEqual(answered, [0, 3]);
      child.kill('SIGTERM');
      assert.equal(await ended, 143);
    });

    it('a call ends at SIGTERM', async () => {
      const words = ['--timeout', '10m', 'endless', '-'];
      const child = endWithTests(spawn(program, words, { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] }));
      let out = '';
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
      const ended = endOf(child, { what: 'the end of the program' });
      // The text is longer than the buffer of a pipe, so the program has read a part of it when all of it is written.
      await new Promise<void>((resolve) => {
        child.stdin.end(JSON.stringify({ s: LETTERS.repeat(50_000) }), resolve);
      });
      child.kill('SIGTERM');
      assert.equal(await ended, 143);
      assert.equal((JSON.parse(out) as { code: string }).code, 'CANCELLED');
    });
  });
}

it(
  'a call with a pattern that is not ambiguous does not load the parser',
  { skip: !existsSync(PACKAGE) },
  () => {
    const cwd = folderWith({ 'gantz.yaml': JSON.stringify(manifest) });
    cpSync(join(DIST, 'node'), join(cwd, 'node'), { recursive: true });
    const env = { PATH: process.env['PATH'], HOME: cwd };
    const call = (...words: string[]): { output?: string; code?: string } => {
      const { stdout } = spawnSync(join(cwd, 'node/gantz.cjs'), words, { cwd, env, encoding: 'utf8' });
      return JSON.parse(stdout) as { output?: string; code?: string };
    };
    for (const name of ['plain', 'two']) assert.equal(call(name, '--s', 'aa').output, 'aa');
    rmSync(join(cwd, 'node/eslint.cjs'));
    assert.equal(call('plain', '--s', 'aa').output, 'aa');
    assert.equal(call('two', '--s', 'aa').code, 'INTERNAL');
  },
);
