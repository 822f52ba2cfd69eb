import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { envelopeOf, runMain, type Run } from '../helpers/run-main.ts';

const CLIENTS = ['claude-desktop', 'claude-code', 'cursor', 'vscode', 'codex'];

type Server = { type?: string; command: string; args: string[]; env?: Record<string, string> };
type Json = { mcpServers?: Record<string, Server>; servers?: Record<string, Server>; inputs?: unknown };

const print = (client: string, env: Record<string, string> = {}, options: string[] = []): Promise<Run> =>
  runMain([...options, 'mcp', '--print-config', client], { env });

describe('gantz mcp --print-config', () => {
  for (const client of CLIENTS.filter((name) => name !== 'codex')) {
    it(`prints JSON for ${client}: an absolute command, and a manifest path that is valid in every folder`, async () => {
      const { stdout, stderr, exitCode } = await print(client, { REDIS_URL: 'redis://localhost:7000' });
      assert.equal(exitCode, 0);
      assert.match(stderr, /Add this to .*\.json/);
      const json = JSON.parse(stdout) as Json;
      const servers = client === 'vscode' ? json.servers : json.mcpServers;
      assert.deepEqual(Object.keys(json), [client === 'vscode' ? 'servers' : 'mcpServers']);
      const server = servers?.['redis-tools'];
      assert.ok(server);
      const { env = {} } = server;
      assert.match(server.command, /^\//);
      assert.deepEqual(server.args, ['--config', 'builtin:redis', 'mcp']);
      assert.equal(env['REDIS_URL'], 'redis://localhost:7000');
      assert.equal(env['PATH'] !== undefined, client === 'claude-desktop');
      assert.equal(server.type, client === 'claude-desktop' ? undefined : 'stdio');
    });
  }

  it('prints TOML for codex', async () => {
    const { stdout } = await print('codex', { GANTZ_NAMESPACE: 'agents' }, [
      '--tools',
      'cache_*',
      '--read-only',
    ]);
    const command = /^command = ("\/.*")$/m.exec(stdout)?.[1] ?? '';
    assert.equal(
      stdout,
      [
        '[mcp_servers.redis-tools]',
        `command = ${command}`,
        'args = ["--config", "builtin:redis", "--tools", "cache_*", "--read-only", "mcp"]',
        '',
        '[mcp_servers.redis-tools.env]',
        'GANTZ_NAMESPACE = "agents"',
        '',
      ].join('\n'),
    );
  });

  for (const [client, stands] of [
    ['claude-desktop', '"REDIS_URL": "redis://host:6379"'],
    ['claude-code', '"REDIS_URL": "${REDIS_URL}"'],
    ['cursor', '"REDIS_URL": "${env:REDIS_URL}"'],
    ['vscode', '"REDIS_URL": "${input:REDIS_URL}"'],
    ['codex', 'env_vars = ["REDIS_URL"]'],
  ] as const) {
    it(`never prints a password for ${client}, and prints what to do`, async () => {
      const { stdout, stderr } = await print(client, { REDIS_URL: 'redis://me:s3cret@host:6379' });
      assert.doesNotMatch(stdout + stderr, /s3cret/);
      assert.ok(stdout.includes(stands), stdout);
      assert.match(stderr, /REDIS_URL contains a password/);
    });
  }

  for (const [what, env, secret] of [
    ['a sentinel URL', { REDIS_URL: 'redis+sentinel://h:1/m?sentinel_password=s3cret' }, 'REDIS_URL'],
    [
      'REDIS_SENTINEL_PASSWORD',
      { REDIS_URL: 'redis+sentinel://h:1/m', REDIS_SENTINEL_PASSWORD: 's3cret' },
      'REDIS_SENTINEL_PASSWORD',
    ],
  ] as const) {
    it(`never prints the password of Sentinels in ${what}`, async () => {
      const { stdout, stderr } = await print('claude-code', env);
      assert.doesNotMatch(stdout + stderr, /s3cret/);
      const server = (JSON.parse(stdout) as Json).mcpServers?.['redis-tools'];
      assert.equal(server?.env?.[secret], `\${${secret}}`);
    });
  }

  it('prints the variables of TLS, with absolute paths', async () => {
    const { stdout } = await print('cursor', {
      REDIS_URL: 'rediss://localhost:7000',
      REDIS_TLS_CA: 'certs/ca.pem',
      REDIS_TLS_SERVERNAME: 'redis.test',
    });
    const server = (JSON.parse(stdout) as Json).mcpServers?.['redis-tools'];
    assert.deepEqual(server?.env, {
      REDIS_TLS_CA: '/certs/ca.pem',
      REDIS_TLS_SERVERNAME: 'redis.test',
      REDIS_URL: 'rediss://localhost:7000',
    });
  });

  it('passes the options of the command line and their variables to the server', async () => {
    const { stdout } = await print('cursor', { GANTZ_TIMEOUT: '1500ms' }, [
      '--tools',
      'cache_*',
      '--max-output',
      '1KiB',
      '--max-calls',
      '8',
      '--audit',
      'log',
    ]);
    const { args } = (JSON.parse(stdout) as Json).mcpServers?.['redis-tools'] ?? { args: [] };
    assert.deepEqual(args.slice(2), [
      '--tools',
      'cache_*',
      '--timeout',
      '1500ms',
      '--max-output',
      '1024',
      '--max-calls',
      '8',
      '--audit',
      '/log',
      'mcp',
    ]);
  });

  it('refuses a toolset that the manifest does not define', async () => {
    const envelope = envelopeOf(await print('cursor', {}, ['--toolset', 'x']));
    assert.equal(envelope['code'], 'USAGE');
  });

  it('refuses an unknown client, with the nearest name', async () => {
    const envelope = envelopeOf(await print('curser'));
    assert.equal(envelope['code'], 'USAGE');
    assert.equal(envelope['hint'], 'Did you mean cursor?');
  });
});
