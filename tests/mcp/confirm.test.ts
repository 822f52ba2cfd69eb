import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { startServer } from '../http/server.ts';
import { folderWith } from '../helpers/folder.ts';
import { PROGRAMS } from '../helpers/run-program.ts';
import type { ToolResult } from './result.ts';

const MANIFEST = `name: confirmed
tools:
  - name: deploy
    description: deploys
    parameters: [{ name: to, type: string, required: true }]
    script: { shell: "echo {{to}} >> ran" }
    confirm: true
  - { name: free, description: d, script: { shell: "echo free" } }
`;

type Answer = { action: 'accept' | 'decline' | 'cancel'; content?: Record<string, boolean> };

type Opened = {
  /** The messages that the client has shown. */
  readonly shown: string[];
  call(name: string, input: Record<string, unknown>): Promise<ToolResult>;
  ran(): boolean;
  close(): Promise<void>;
};

type OpenOptions = {
  era: '2025' | '2026';
  /** The answers of the user; a client without them has no elicitation. */
  answers?: readonly Answer[];
  program?: string;
  flags?: readonly string[];
  over?: 'stdio' | 'http';
};

async function open(options: OpenOptions): Promise<Opened> {
  const { era, answers, program = PROGRAMS[0].path, flags = [], over = 'stdio' } = options;
  const cwd = folderWith({ 'gantz.yaml': MANIFEST });
  const config = join(cwd, 'gantz.yaml');
  const client = new Client(
    { name: 'gantz-tests', version: '1.0.0' },
    {
      versionNegotiation: { mode: era === '2026' ? { pin: '2026-07-28' } : 'legacy' },
      capabilities: answers ? { elicitation: {} } : {},
    },
  );
  const shown: string[] = [];
  const left = [...(answers ?? [])];
  if (answers)
    client.setRequestHandler('elicitation/create', ({ params }) => {
      shown.push(params.message);
      return left.shift() ?? { action: 'cancel' };
    });
  const server = over === 'http' ? await startServer([], { config, env: {} }) : undefined;
  const transport: Transport = server
    ? new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`))
    : new StdioClientTransport({
        command: program,
        args: ['-c', config, 'mcp', ...flags],
        env: { PATH: process.env['PATH'] ?? '', HOME: '/dev/null' },
        stderr: 'ignore',
      });
  await client.connect(transport);
  return {
    shown,
    call: async (name, input) => (await client.callTool({ name, arguments: input })) as ToolResult,
    ran: () => existsSync(join(cwd, 'ran')),
    close: async () => {
      await client.close();
      await server?.stop();
    },
  };
}

const ACCEPTED: Answer = { action: 'accept', content: { confirm: true } };

function codeOf({ content }: ToolResult): unknown {
  const [first] = content as { text?: string }[];
  return (JSON.parse(first?.text ?? '{}') as { code?: unknown }).code;
}

describe('confirm over MCP', () => {
  for (const { name, path } of PROGRAMS)
    for (const era of ['2025', '2026'] as const)
      it(`${name} lets a client of ${era} ask its user, and runs the call with its parameters`, async () => {
        const answers = [
          ACCEPTED,
          { action: 'decline' },
          { action: 'accept', content: { confirm: false } },
          ACCEPTED,
        ];
        const agent = await open({ era, program: path, answers: answers as Answer[] });
        try {
          assert.equal(codeOf(await agent.call('deploy', { to: 'prod' })), undefined);
          assert.equal(agent.ran(), true);
          assert.deepEqual(agent.shown, ['Run deploy with these parameters?\n  to: "prod"']);
          assert.equal(codeOf(await agent.call('deploy', { to: 'b' })), 'FORBIDDEN');
          assert.equal(codeOf(await agent.call('deploy', { to: 'c' })), 'FORBIDDEN');
          assert.equal(codeOf(await agent.call('deploy', { to: 'd' })), undefined);
          assert.equal(codeOf(await agent.call('deploy', {})), 'INVALID_PARAMETERS');
          assert.equal(codeOf(await agent.call('free', {})), undefined);
          assert.equal(agent.shown.length, 4);
        } finally {
          await agent.close();
        }
      });

  for (const era of ['2025', '2026'] as const) {
    it(`refuses the calls of a client of ${era} without elicitation, with a hint`, async () => {
      const agent = await open({ era });
      try {
        const result = await agent.call('deploy', { to: 'prod' });
        assert.equal(codeOf(result), 'FORBIDDEN');
        assert.match(JSON.stringify(result.content), /The client cannot ask a person/);
        assert.equal(agent.ran(), false);
      } finally {
        await agent.close();
      }
    });

    it(`asks a client of ${era} before call_tool of --discover runs such a tool`, async () => {
      const agent = await open({ era, flags: ['--discover'], answers: [{ action: 'decline' }, ACCEPTED] });
      try {
        const input = { name: 'deploy', arguments: { to: 'prod' } };
        assert.equal(codeOf(await agent.call('call_tool', input)), 'FORBIDDEN');
        assert.equal(agent.ran(), false);
        assert.equal(codeOf(await agent.call('call_tool', input)), undefined);
        assert.equal(agent.ran(), true);
      } finally {
        await agent.close();
      }
    });
  }

  it('asks a client of 2026 over HTTP; older ones have no session there, and are refused', async () => {
    const agent = await open({ era: '2026', over: 'http', answers: [{ action: 'cancel' }, ACCEPTED] });
    try {
      assert.equal(codeOf(await agent.call('deploy', { to: 'prod' })), 'FORBIDDEN');
      assert.equal(agent.ran(), false);
      assert.equal(codeOf(await agent.call('deploy', { to: 'prod' })), undefined);
      assert.equal(agent.ran(), true);
    } finally {
      await agent.close();
    }
    const older = await open({ era: '2025', over: 'http', answers: [ACCEPTED] });
    try {
      assert.equal(codeOf(await older.call('deploy', { to: 'prod' })), 'FORBIDDEN');
      assert.deepEqual([older.ran(), older.shown], [false, []]);
    } finally {
      await older.close();
    }
  });
});
