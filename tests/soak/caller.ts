import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { endOf, endWithTests } from '../helpers/children.ts';
import type { Entry, Outcome } from './ledger.ts';

const NAMESPACE = 'soak';
/** The number of structures of each kind that a caller writes to. */
const STRUCTURES = 40;

/** The share of the things written that are deleted later. */
const REMOVED = 0.1;

/** A process that makes calls with `gantz batch`, and records each answer. */
export type Caller = { readonly entries: Entry[]; stop(): Promise<void> };

type CallerOptions = {
  name: string;
  program: string;
  url: string;
  /** Calls per second. */
  rate: number;
};

type PlannedCall = Pick<Entry, 'tool' | 'params' | 'key'>;

/** Starts a caller. It calls every writing tool in turn, until it is stopped. */
export function startCaller({ name, program, url, rate }: CallerOptions): Caller {
  const child: ChildProcess = endWithTests(
    spawn(program, ['batch', '--unordered'], {
      env: { PATH: process.env['PATH'], HOME: '/dev/null', REDIS_URL: url, GANTZ_NAMESPACE: NAMESPACE },
      stdio: ['pipe', 'pipe', 'ignore'],
    }),
  );
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new Error('the batch has no pipes');
  const ended = endOf(child, { what: 'the end of a batch', limitMs: 24 * 3600_000 });
  const waiting = new Map<string, PlannedCall>();
  const entries: Entry[] = [];
  /** Things that are there for sure, to be deleted. */
  const removable: PlannedCall[] = [];
  const sessions: string[] = [];
  let running = true;
  const isRunning = (): boolean => running;

  createInterface({ input: stdout }).on('line', (line) => {
    const answer = JSON.parse(line) as Record<string, unknown>;
    const id = String(answer['id']);
    const call = waiting.get(id);
    if (!call) throw new Error(`an answer to no call: ${line}`);
    waiting.delete(id);
    const outcome: Outcome = answer['success'] === true ? 'success' : (answer['outcome'] as Outcome);
    if (call.tool === 'session_create') call.key = `${NAMESPACE}:session:${String(answer['session_id'])}`;
    entries.push({ id, ...call, outcome, answeredAt: Date.now(), answer });
    if (outcome !== 'success') return;
    if (call.tool === 'session_create') sessions.push(String(answer['session_id']));
    const { key } = call.params;
    if (Math.random() > REMOVED) return;
    if (call.tool === 'cache_set') removable.push({ ...call, tool: 'cache_delete', params: { key } });
    if (call.tool === 'hash_set')
      removable.push({ ...call, tool: 'hash_delete', params: { key, fields: [id] } });
    if (call.tool === 'set_add')
      removable.push({ ...call, tool: 'set_remove', params: { key, members: [id] } });
  });

  const plan = (count: number, id: string): PlannedCall => {
    const at = `${name}-${Math.floor(count / 10) % STRUCTURES}`;
    const keyed = (space: string, key: string) => `${NAMESPACE}:${space}:${key}`;
    switch (count % 10) {
      case 0:
      case 1:
        return { tool: 'cache_set', params: { key: id, value: id, ttl: 86_400 }, key: keyed('cache', id) };
      case 2:
        return { tool: 'cache_increment', params: { key: `n-${at}` }, key: keyed('cache', `n-${at}`) };
      case 3:
      case 4:
        return { tool: 'list_push', params: { key: at, values: [id] }, key: keyed('list', at) };
      case 5:
        return { tool: 'list_pop', params: { key: at }, key: keyed('list', at) };
      case 6:
        return { tool: 'hash_set', params: { key: at, mapping: { [id]: id } }, key: keyed('hash', at) };
      case 7:
        return { tool: 'set_add', params: { key: at, members: [id] }, key: keyed('set', at) };
      case 8: {
        const session = sessions[count % Math.max(1, sessions.length)];
        if (session === undefined || sessions.length < STRUCTURES)
          return { tool: 'session_create', params: { data: {}, ttl: 86_400 }, key: '' };
        return {
          tool: 'session_update',
          params: { session_id: session, data: { [id]: true } },
          key: keyed('session', session),
        };
      }
      default:
        return (
          removable.shift() ?? {
            tool: 'rate_limit_check',
            params: { identifier: at, limit: 1_000_000, window_seconds: 86_400 },
            key: keyed('rate', `{r:${at}}:fixed:86400`),
          }
        );
    }
  };

  const work = (async () => {
    for (let count = 0; isRunning(); count++) {
      // A refused call ends a session that a failover lost; the others go on.
      const id = `${name}.${count}`;
      const call = plan(count, id);
      waiting.set(id, call);
      stdin.write(`${JSON.stringify({ id, tool: call.tool, params: call.params })}\n`);
      await sleep(1000 / rate);
    }
    stdin.end();
    await ended;
    if (waiting.size > 0) throw new Error(`${waiting.size} calls of ${name} got no answer`);
  })();

  return {
    entries,
    async stop() {
      running = false;
      await work;
    },
  };
}
