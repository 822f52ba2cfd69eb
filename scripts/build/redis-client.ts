import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';
import { COMMANDS } from '../../lib/redis/commands.ts';

/**
 * Reduces node-redis to the commands of lib/redis/commands.ts. Attaching its 500 commands to three classes is most of its loading
 * time. Modules for options that this program never sets are replaced by classes that throw when they are used.
 */
export const trimmedRedisClient: Plugin = {
  name: 'trimmed-redis-client',
  setup(build) {
    const { root, commands } = locate();
    build.onLoad({ filter: /[\\/]@redis[\\/]client[\\/]dist[\\/]/ }, async ({ path }) => {
      const file = path.slice(root.length + 1).replaceAll('\\', '/');
      if (file === 'index.js') return { contents: INDEX, loader: 'js' };
      if (file === 'lib/commands/index.js') return { contents: await commandTable(commands), loader: 'js' };
      const replacement = REPLACEMENTS[file];
      if (replacement !== undefined)
        return { contents: `exports.__esModule = true; ${replacement}`, loader: 'js' };
      if (file === 'lib/client/socket.js') return { contents: await changedSocket(path), loader: 'js' };
      return undefined;
    });
  },
};

/** The exports of node-redis that lib/redis uses. An import of anything else fails the build. */
const INDEX = `
import RedisClient from './lib/client/index.js';
export { RedisClient };
export * from './lib/errors.js';
`;

/** Commands that node-redis itself uses, besides COMMANDS. */
const INTERNAL = ['AUTH', 'CLIENT_SETNAME', 'READONLY'];

const REPLACEMENTS: Readonly<Record<string, string>> = {
  'lib/client/legacy-mode.js': absent('exports.RedisLegacyClient', 'legacy mode'),
  'lib/client/pool.js': absent('exports.RedisClientPool', 'the pool'),
  'lib/client/cache.js': `${absent('exports.ClientSideCacheProvider', 'the client-side cache')}
    exports.BasicClientSideCache = exports.ClientSideCacheProvider;`,
  'lib/client/multi-command.js': 'exports.default = { extend: () => undefined };',
  // Only the client-side cache uses this metadata.
  'lib/command-metadata/index.js': `exports.isCacheable = () => false; exports.defaultCommandMetadata = { lookup: () => undefined };`,
  'lib/client/enterprise-maintenance-manager.js': `
    exports.default = class { static setupDefaultMaintOptions() {} static async getHandshakeCommand() {} constructor() { throw new Error('maintenance notifications are not in this build'); } };
    exports.dbgMaintenance = () => {};
    exports.MAINTENANCE_EVENTS = {}; exports.SMIGRATED_EVENT = Symbol('smigrated');`,
  // The id of a connection for metrics. The original loads node:crypto for a random one.
  'lib/client/identity.js': `let count = 0;
    exports.ClientRole = { STANDALONE: 'standalone' };
    exports.generateClientId = () => String(++count);`,
  // Node 20 and the executable cannot detect that there are no listeners, so every command would be traced, which takes a
  // tenth of the time of a call.
  'lib/client/tracing.js': `
    exports.CHANNELS = {};
    exports.trace = (name, work) => work();
    exports.publish = () => {};`,
  'lib/opentelemetry/index.js': `
    const none = { register() {}, unregister() {} };
    exports.ClientRegistry = { instance: none };`,
};

function absent(target: string, what: string): string {
  return `${target} = class { constructor() { throw new Error('${what} is not in this build'); } static create() { return new this(); } };`;
}

function locate(): { root: string; commands: string } {
  const main = createRequire(import.meta.url).resolve('@redis/client');
  const root = dirname(main);
  return { root, commands: join(root, 'lib/commands/index.js') };
}

/**
 * Renders a table of the used commands, from the table of node-redis: `get: GET_1.default` and `GET_1 = … require("./GET")`.
 * Throws when node-redis does not have one of them.
 */
async function commandTable(path: string): Promise<string> {
  const source = await readFile(path, 'utf8');
  const rows = [...COMMANDS, ...INTERNAL].map((name) => {
    const variable = new RegExp(`^ {4}${name}: (\\w+)\\.default,?$`, 'm').exec(source)?.[1];
    const module =
      variable && new RegExp(`^const ${variable} = .*require\\("(.+?)"\\)`, 'm').exec(source)?.[1];
    if (!module) throw new Error(`node-redis has no command ${name} in ${basename(path)}`);
    return `${name}: __importDefault(require(${JSON.stringify(module)})).default`;
  });
  return `"use strict";
    Object.defineProperty(exports, '__esModule', { value: true });
    const __importDefault = (module) => (module.__esModule ? module : { default: module });
    exports.default = { ${rows.join(', ')} };`;
}

/** Changes of socket.js: the text that is replaced, and its replacement. */
const SOCKET_CHANGES = [
  // node:tls is loaded when it is first used, because loading takes milliseconds and only rediss:// needs it.
  [
    'const node_tls_1 = __importDefault(require("node:tls"));',
    'const node_tls_1 = { get default() { return require("node:tls"); } };',
  ],
  // Commands are written together, up to the 16 KiB that a socket buffers. To write each by itself, for the socket to join them again,
  // takes 5 to 10 % of the CPU time of a batch.
  [
    `            for (const args of iterable) {
                for (const toWrite of args) {
                    this.#socket.write(toWrite);
                }
                if (this.#socket.writableNeedDrain)
                    break;
            }
`,
    `            let text = '';
            const flush = () => {
                if (text !== '') this.#socket.write(text);
                text = '';
            };
            for (const args of iterable) {
                for (const toWrite of args) {
                    if (typeof toWrite === 'string') text += toWrite;
                    else {
                        flush();
                        this.#socket.write(toWrite);
                    }
                }
                if (text.length >= 16384 || this.#socket.writableNeedDrain) flush();
                if (this.#socket.writableNeedDrain) break;
            }
            flush();
`,
  ],
] as const;

async function changedSocket(path: string): Promise<string> {
  let source = await readFile(path, 'utf8');
  for (const [original, replacement] of SOCKET_CHANGES) {
    if (!source.includes(original))
      throw new Error(`${path} does not contain ${original}; adapt the replacement`);
    source = source.replace(original, replacement);
  }
  return source;
}
