import { resolve } from 'node:path';
import type { Context } from '../contract/context.ts';
import { GantzError } from '../contract/errors.ts';
import { nearest } from '../contract/nearest.ts';
import type { Target } from '../redis/target.ts';
import { parseRedisUrl } from '../redis/url.ts';
import { loadCatalogue } from '../run/open.ts';
import { programPath } from './program-path.ts';

/** How a client starts the server. `secrets` are variables whose values must not be written to a file. */
type ServerEntry = {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  secrets: { name: string; redacted: string }[];
};

type ClientConfig = {
  /** The path of its configuration file, as text for a person. */
  place: string;
  /** Returns the content of that file. */
  render(entry: ServerEntry, environment: Context['process']['env']): string;
  /** Returns what the person must do when there are secrets. */
  secretsNote?: (names: string) => string;
};

const fromEnvironment = (names: string): string =>
  `${names} contains a password and is not in this output. The client reads it from its environment.`;

/** The clients that `--print-config` supports. */
const CLIENTS: Readonly<Record<string, ClientConfig>> = {
  'claude-desktop': {
    place:
      'claude_desktop_config.json (Settings, Developer, Edit Config; on macOS in ~/Library/Application Support/Claude, on Linux in ~/.config/Claude)',
    // A program that is started from the desktop does not get the shell's PATH, and finds neither node nor redis-server.
    render: (entry, { PATH }) =>
      json({
        mcpServers: server(entry, {
          ...(PATH !== undefined && { PATH: [...new Set(PATH.split(':'))].join(':') }),
          ...secretsAs(entry, ({ redacted }) => redacted),
        }),
      }),
    secretsNote: (names) =>
      `${names} contains a password and is not in this output. This client cannot read it from elsewhere: add it by hand.`,
  },
  'claude-code': {
    place: '.mcp.json in the folder of the project',
    render: (entry) =>
      json({
        mcpServers: server(
          entry,
          secretsAs(entry, ({ name }) => `\${${name}}`),
          { type: 'stdio' },
        ),
      }),
    secretsNote: fromEnvironment,
  },
  cursor: {
    place: '~/.cursor/mcp.json, or .cursor/mcp.json in the folder of the project',
    render: (entry) =>
      json({
        mcpServers: server(
          entry,
          secretsAs(entry, ({ name }) => `\${env:${name}}`),
          { type: 'stdio' },
        ),
      }),
    secretsNote: fromEnvironment,
  },
  vscode: {
    place:
      '.vscode/mcp.json in the folder of the project, or the user configuration (MCP: Open User Configuration)',
    render: (entry) =>
      json({
        servers: server(
          entry,
          secretsAs(entry, ({ name }) => `\${input:${name}}`),
          { type: 'stdio' },
        ),
        ...(entry.secrets.length > 0 && {
          inputs: entry.secrets.map(({ name }) => ({
            type: 'promptString',
            id: name,
            description: name,
            password: true,
          })),
        }),
      }),
    secretsNote: (names) =>
      `${names} contains a password and is not in this output. The client prompts for it.`,
  },
  codex: {
    place: '~/.codex/config.toml',
    render: ({ name, command, args, env, secrets }) =>
      [
        `[mcp_servers.${name}]`,
        `command = ${JSON.stringify(command)}`,
        `args = [${args.map((arg) => JSON.stringify(arg)).join(', ')}]`,
        ...(secrets.length > 0
          ? [`env_vars = [${secrets.map((secret) => JSON.stringify(secret.name)).join(', ')}]`]
          : []),
        ...(Object.keys(env).length > 0
          ? [
              '',
              `[mcp_servers.${name}.env]`,
              ...Object.entries(env).map(([key, value]) => `${key} = ${JSON.stringify(value)}`),
            ]
          : []),
        '',
      ].join('\n'),
    secretsNote: fromEnvironment,
  },
};

/** The names of the clients whose configuration can be printed. */
export const CLIENT_NAMES: readonly string[] = Object.keys(CLIENTS);

/**
 * Prints the entry for a client's configuration on stdout, with `--discover` when that is set, and the path of the configuration file on stderr. Throws USAGE
 * for an unknown client, and the errors of loading the manifest.
 */
export async function printConfig(
  context: Context,
  name: string,
  { discover }: { discover: boolean },
): Promise<void> {
  const client = Object.hasOwn(CLIENTS, name) ? CLIENTS[name] : undefined;
  if (!client) {
    const names = CLIENT_NAMES;
    const meant = nearest(name, names);
    throw new GantzError('USAGE', `--print-config does not support the client ${JSON.stringify(name)}`, {
      hint: meant ? `Did you mean ${meant}?` : `Supported clients: ${names.join(', ')}.`,
    });
  }
  const entry = await describeServer(context);
  if (discover) entry.args.push('--discover');
  context.process.stdout.write(client.render(entry, context.process.env));
  context.notice(`Add this to ${client.place}.`);
  if (entry.secrets.length > 0)
    context.notice(client.secretsNote?.(entry.secrets.map((secret) => secret.name).join(', ')) ?? '');
}

/** Variables that tools depend on, and that a client which is started elsewhere does not have. */
const VARIABLES = [
  'GANTZ_MAX_SUBSCRIPTIONS',
  'GANTZ_MAX_WAITS',
  'GANTZ_NAMESPACE',
  'GANTZ_REDIS_SERVER',
  'REDIS_SENTINEL_USERNAME',
  'REDIS_TLS_CA',
  'REDIS_TLS_CERT',
  'REDIS_TLS_KEY',
  'REDIS_TLS_SERVERNAME',
  'XDG_STATE_HOME',
];

/** Those of them that are paths of files, which may be relative. */
const PATHS = ['REDIS_TLS_CA', 'REDIS_TLS_CERT', 'REDIS_TLS_KEY'];

async function describeServer(context: Context): Promise<ServerEntry> {
  const { process, options } = context;
  const { file, name } = (await loadCatalogue(context)).manifest;
  const env: Record<string, string> = {};
  for (const variable of VARIABLES) {
    const value = process.env[variable];
    // The client chooses the working folder of the server.
    if (value) env[variable] = PATHS.includes(variable) ? resolve(process.cwd(), value) : value;
  }
  const secrets: ServerEntry['secrets'] = [];
  const url = process.env['REDIS_URL'];
  if (url) {
    // The credentials of these variables are no part of the URL.
    const own = { REDIS_SENTINEL_USERNAME: undefined, REDIS_SENTINEL_PASSWORD: undefined };
    const target = parseRedisUrl(url, { ...process.env, ...own });
    if (hasCredentials(target)) secrets.push({ name: 'REDIS_URL', redacted: target.display });
    else env['REDIS_URL'] = url;
  }
  if (process.env['REDIS_SENTINEL_PASSWORD']) secrets.push({ name: 'REDIS_SENTINEL_PASSWORD', redacted: '' });
  const { tools, toolset, readOnly, timeoutMs, maxOutputBytes, maxCalls, audit } = options;
  return {
    name: name.replace(/[^A-Za-z0-9_-]+/g, '-') || 'gantz',
    command: await programPath(process),
    args: [
      // An absolute path, because the client chooses the working folder of the server.
      ...['--config', file],
      ...(tools === undefined ? [] : ['--tools', tools]),
      ...(toolset === undefined ? [] : ['--toolset', toolset]),
      ...(readOnly ? ['--read-only'] : []),
      ...(timeoutMs === undefined ? [] : ['--timeout', `${timeoutMs}ms`]),
      ...(maxOutputBytes === undefined ? [] : ['--max-output', String(maxOutputBytes)]),
      ...(maxCalls === undefined ? [] : ['--max-calls', String(maxCalls)]),
      ...(audit === undefined ? [] : ['--audit', resolve(process.cwd(), audit)]),
      'mcp',
    ],
    env,
    secrets,
  };
}

function hasCredentials(target: Target): boolean {
  if (target.kind === 'embedded') return false;
  const { username, password } = target.kind === 'sentinel' ? target.sentinelAccess : {};
  return (target.username ?? target.password ?? username ?? password) !== undefined;
}

function server(
  { name, command, args, env }: ServerEntry,
  more: Record<string, string>,
  first: Record<string, string> = {},
): Record<string, unknown> {
  const all = { ...env, ...more };
  return { [name]: { ...first, command, args, ...(Object.keys(all).length > 0 && { env: all }) } };
}

function secretsAs(
  { secrets }: ServerEntry,
  write: (secret: ServerEntry['secrets'][number]) => string,
): Record<string, string> {
  return Object.fromEntries(secrets.map((secret) => [secret.name, write(secret)]));
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
