import { Deadline } from '../../contract/deadline.ts';
import { GantzError } from '../../contract/errors.ts';
import type { Client } from '../commands.ts';
import { explainRedisError, isReply } from '../errors.ts';
import { showAddress } from '../schemes/url-parts.ts';
import type { Address, SentinelTarget, TcpTarget } from '../target.ts';
import type { Locator } from './locator.ts';
import { ServerConnection } from './server-connection.ts';
import { loadTls } from './tls.ts';

/** The most time that one Sentinel gets to reply, in milliseconds. */
const SENTINEL_MS = 1000;

/**
 * Returns the locator of a master. Each new connection asks the Sentinels for its address, and checks by ROLE that the
 * server there is a master (https://redis.io/docs/latest/develop/reference/sentinel-clients/).
 */
export function sentinelLocator(target: SentinelTarget): Locator {
  const { sentinels, master, display } = target;
  /** The index of the Sentinel that replied last. */
  let first = 0;

  return {
    locate,
    check,

    async recheck(client, connected, signal) {
      await check(client);
      // After a failover, the former master accepts writes for up to 10 s. They are lost when it becomes a replica.
      const deadline = new Deadline({ budgetMs: SENTINEL_MS * sentinels.length });
      const named = await locate(deadline, signal).catch(() => undefined);
      if (named && connected.kind === 'tcp' && showAddress(named) !== showAddress(connected))
        throw new GantzError('REDIS_UNAVAILABLE', `The Sentinels of ${display} name another master`);
    },
  };

  async function locate(deadline: Deadline, signal: AbortSignal): Promise<TcpTarget> {
    let failure: unknown;
    let unknown = 0;
    for (let turn = 0; turn < sentinels.length; turn++) {
      signal.throwIfAborted();
      const index = (first + turn) % sentinels.length;
      const sentinel = sentinels[index];
      if (!sentinel) continue;
      try {
        const address = await masterAddress(target, sentinel, deadline);
        if (!address) {
          unknown++;
          continue;
        }
        first = index;
        return serverAt(address, target);
      } catch (error) {
        failure ??= explainSentinelError(error, sentinel);
      }
    }
    // A Sentinel that did not reply may have the master.
    throw unknown === sentinels.length ? unknownMaster(target) : failure;
  }

  async function check(client: Pick<Client, 'sendCommand'>): Promise<void> {
    if ((await roleOf(client)) !== 'slave') return;
    throw new GantzError(
      'REDIS_UNAVAILABLE',
      `The server that the Sentinels of ${display} name as the master is a replica`,
      { hint: 'A failover may be going on: try again in a moment.' },
    );
  }

  function unknownMaster({ sentinels: asked }: SentinelTarget): GantzError {
    return new GantzError(
      'NOT_RUNNABLE',
      `The Sentinels at ${asked.map(showAddress).join(', ')} have no master named ${JSON.stringify(master)}`,
      { hint: 'Check the name in REDIS_URL: redis+sentinel://host:26379/<name of the master>.' },
    );
  }
}

/** Returns the address of the master that a Sentinel names, undefined when it does not have that master. */
async function masterAddress(
  { master, sentinelAccess, tls, display }: SentinelTarget,
  sentinel: Address,
  deadline: Deadline,
): Promise<Address | undefined> {
  const limitMs = Math.min(SENTINEL_MS, deadline.remainingMs());
  const where: TcpTarget = { kind: 'tcp', ...sentinel, ...sentinelAccess, database: 0, display };
  const connection = new ServerConnection(where, {
    connectTimeoutMs: limitMs,
    ...(tls && { tls: await loadTls(tls) }),
  });
  const limit = setTimeout(() => connection.destroy(), limitMs);
  try {
    const { client } = await connection.open();
    const reply = await client.sendCommand<[host: string, port: string] | null>([
      'SENTINEL',
      'GET-MASTER-ADDR-BY-NAME',
      master,
    ]);
    return reply ? { host: reply[0], port: Number(reply[1]) } : undefined;
  } catch (error) {
    throw await connection.diagnose(error);
  } finally {
    clearTimeout(limit);
    connection.destroy();
  }
}

function serverAt(
  address: Address,
  { tls, username, password, database, display }: SentinelTarget,
): TcpTarget {
  return {
    kind: 'tcp',
    ...address,
    ...(tls && { tls }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    database,
    display,
  };
}

/** Returns the role of a server: master or slave; undefined when the user may not run ROLE. */
async function roleOf(client: Pick<Client, 'sendCommand'>): Promise<string | undefined> {
  try {
    const [role] = await client.sendCommand<[role: string]>(['ROLE']);
    return role;
  } catch (error) {
    if (isReply(error)) return undefined;
    throw error;
  }
}

function explainSentinelError(error: unknown, sentinel: Address): unknown {
  const where = `redis://${showAddress(sentinel)} (a Sentinel)`;
  if (isReply(error) && /^ERR unknown command/i.test(error.message))
    return new GantzError('NOT_RUNNABLE', `The server at ${showAddress(sentinel)} is not a Sentinel`, {
      hint: 'Write the address of a Sentinel in REDIS_URL; its default port is 26379. Without Sentinels, write redis://.',
      cause: error,
    });
  const explained = explainRedisError(error, { where, sent: false, readOnly: true });
  if (!(explained instanceof GantzError) || explained.code !== 'REDIS_AUTH') return explained;
  return new GantzError('REDIS_AUTH', explained.message, {
    hint: 'The credentials in REDIS_URL are those of the master. Set those of the Sentinels in REDIS_SENTINEL_USERNAME and REDIS_SENTINEL_PASSWORD.',
    cause: error,
  });
}
