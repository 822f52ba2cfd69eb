import { GantzError } from '../contract/errors.ts';
import type { Attributes, Span } from '../contract/span.ts';
import type { Commands, Word } from './commands.ts';
import { isReply } from './errors.ts';
import type { Redis } from './redis.ts';
import type { Target } from './target.ts';

/** Returns a `Redis` whose commands and scripts are spans below `span`. Their keys and arguments are not in the spans. */
export function traced(redis: Redis, span: Span, target: Target): Redis {
  const server = serverOf(target);

  function send<T>(operation: string, script: string | undefined, command: () => Promise<T>): Promise<T> {
    const child = span.child(script === undefined ? operation : `${operation} ${script}`, {
      'db.system.name': 'redis',
      'db.operation.name': operation,
      'db.stored_procedure.name': script,
      ...server,
    });
    const reply = command();
    reply.then(
      () => child.end(),
      (error: unknown) => child.end(failureOf(error)),
    );
    return reply;
  }

  function commandsOf(client: () => Commands): Commands {
    return new Proxy({} as Commands, {
      get:
        (_, name: string) =>
        (...args: unknown[]) => {
          const operation = name === 'sendCommand' ? String((args[0] as Word[])[0]) : name.toUpperCase();
          return send(operation, undefined, () => {
            const command = Reflect.get(client(), name) as (...args: unknown[]) => Promise<unknown>;
            return command.apply(client(), args);
          });
        },
    });
  }

  const client = commandsOf(() => redis.client);
  return {
    ...redis,
    client,
    run: (script, keys, args) => send('EVALSHA', script.name, () => redis.run(script, keys, args)),
    write: (words, options) => send(String(words[0]), undefined, () => redis.write(words, options)),
    async masters(near) {
      const { isCluster, clients } = await redis.masters(near);
      return { isCluster, clients: clients.map((master) => commandsOf(() => master)) };
    },
  };
}

/** Returns the server that REDIS_URL names. A Sentinel and a node of a cluster are chosen later. */
function serverOf(target: Target): Attributes {
  switch (target.kind) {
    case 'tcp':
      return {
        'server.address': target.host,
        'server.port': target.port,
        'db.namespace': String(target.database),
      };
    case 'unix':
      return { 'server.address': target.path, 'db.namespace': String(target.database) };
    default:
      return {};
  }
}

/** The message of an error may contain keys and values, so a span has only the first word of an error reply. */
function failureOf(error: unknown): Attributes {
  if (isReply(error)) {
    const [prefix = '_OTHER'] = /^[A-Z]+/.exec(error.message) ?? [];
    return { 'error.type': prefix, 'db.response.status_code': prefix };
  }
  if (error instanceof GantzError) return { 'error.type': error.code };
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  return { 'error.type': code ?? (error instanceof Error ? error.constructor.name : '_OTHER') };
}
