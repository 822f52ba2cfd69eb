/** What a call answered: done, refused, or unknown. */
export type Outcome = 'success' | 'none' | 'unknown';

/** One writing call and its answer. */
export type Entry = {
  id: string;
  tool: string;
  params: Record<string, unknown>;
  /** The Redis key that it writes. */
  key: string;
  outcome: Outcome;
  /** When the answer arrived, in milliseconds since 1970. */
  answeredAt: number;
  answer: Record<string, unknown>;
};

/** The end of a master: acknowledged writes to its slots shortly before may be lost. */
export type Kill = { at: number; serves: (key: string) => boolean };

/** A difference between what callers were told and what Redis holds. */
export type Difference = { kind: 'lost' | 'wrong'; entry: Entry; what: string; explained: boolean };

/** Reads what Redis holds at the end. */
export type Store = {
  get(key: string): Promise<string | null>;
  list(key: string): Promise<string[]>;
  hash(key: string): Promise<Readonly<Record<string, string>>>;
  set(key: string): Promise<string[]>;
};

/** How long before its master was killed an acknowledged write may be lost, in milliseconds. */
const UNREPLICATED_MS = 2000;
/** How long after it an answer may arrive, in milliseconds. */
const LATE_MS = 2000;

/** Compares the answers of all calls with what Redis holds. */
export async function reconcile(
  all: readonly Entry[],
  kills: readonly Kill[],
  redis: Store,
): Promise<Difference[]> {
  const store = readOnce(redis);
  // What was deleted later, or may have been, proves nothing about the write before it.
  const deleted = new Set(all.filter(isRemoval).map(thingOf));
  const entries = all.filter((entry) => isRemoval(entry) || !deleted.has(thingOf(entry)));
  const found: Difference[] = [];
  const explained = ({ key, answeredAt }: Entry): boolean =>
    kills.some(
      ({ at, serves }) => serves(key) && answeredAt > at - UNREPLICATED_MS && answeredAt < at + LATE_MS,
    );
  const report = (kind: Difference['kind'], entry: Entry, what: string): void => {
    found.push({ kind, entry, what, explained: kind === 'lost' && explained(entry) });
  };
  const of = (tool: string): Entry[] => entries.filter((entry) => entry.tool === tool);

  /** Checks that a thing is there after a success, and not there after a refusal. */
  const checkPresence = async (tool: string, isThere: (entry: Entry) => Promise<boolean>): Promise<void> => {
    for (const entry of of(tool)) {
      const there = await isThere(entry);
      if (entry.outcome === 'success' && !there) report('lost', entry, 'an acknowledged write is not there');
      if (entry.outcome === 'none' && there) report('wrong', entry, 'a write that did not happen is there');
    }
  };
  await checkPresence('cache_set', async ({ key, id }) => (await store.get(key)) === id);
  await checkPresence('cache_delete', async ({ key }) => (await store.get(key)) === null);
  await checkPresence('hash_set', async ({ key, id }) => (await store.hash(key)).get(id) === id);
  await checkPresence('hash_delete', async ({ key, params }) => {
    const [field = ''] = params['fields'] as string[];
    return !(await store.hash(key)).has(field);
  });
  await checkPresence('set_add', async ({ key, id }) => (await store.set(key)).has(id));
  await checkPresence('set_remove', async ({ key, params }) => {
    const [member = ''] = params['members'] as string[];
    return !(await store.set(key)).has(member);
  });
  await checkPresence('session_create', async ({ key }) => (await store.hash(key)).size > 0);
  await checkPresence('session_update', async ({ key, id }) => (await store.hash(key)).has(`data:${id}`));

  await checkLists(of('list_push'), of('list_pop'), store, report);
  await checkCounters(
    of('cache_increment'),
    async (key) => Number((await store.get(key)) ?? 0),
    report,
    explained,
  );
  await checkCounters(
    of('rate_limit_check'),
    async (key) => Number((await store.hash(key)).get('count') ?? 0),
    report,
    explained,
  );
  return found;
}

/** Reads each key once. */
function readOnce(redis: Store) {
  const once = <T>(read: (key: string) => Promise<T>): ((key: string) => Promise<T>) => {
    const known = new Map<string, Promise<T>>();
    return (key) => {
      const value = known.get(key) ?? read(key);
      known.set(key, value);
      return value;
    };
  };
  return {
    get: once((key) => redis.get(key)),
    list: once((key) => redis.list(key)),
    hash: once(async (key) => new Map(Object.entries(await redis.hash(key)))),
    set: once(async (key) => new Set(await redis.set(key))),
  };
}

function isRemoval({ tool }: Entry): boolean {
  return ['cache_delete', 'hash_delete', 'set_remove'].includes(tool);
}

/** Returns what an entry writes: a key, a field or a member. */
function thingOf({ key, params }: Entry): string {
  const { fields, members, mapping, data } = params;
  const part = fields ?? members ?? Object.keys(mapping ?? data ?? {});
  return `${key} ${JSON.stringify(part)}`;
}

type Report = (kind: Difference['kind'], entry: Entry, what: string) => void;

/** Every pushed value is in its list once, or was popped once. */
async function checkLists(
  pushes: readonly Entry[],
  pops: readonly Entry[],
  store: Pick<Store, 'list'>,
  report: Report,
): Promise<void> {
  const popped = new Map<string, Entry>();
  const unknownPops = new Map<string, number>();
  for (const pop of pops) {
    if (pop.outcome === 'unknown') unknownPops.set(pop.key, (unknownPops.get(pop.key) ?? 0) + 1);
    const { value, found } = pop.answer;
    if (pop.outcome !== 'success' || found !== true) continue;
    const first = popped.get(String(value));
    // A pop that a failover lost leaves the value, which is then popped again.
    if (first) report('lost', first, `${String(value)} was popped twice`);
    popped.set(String(value), pop);
  }
  for (const push of pushes) {
    const times = (await store.list(push.key)).filter((value) => value === push.id).length;
    const taken = popped.get(push.id);
    if (times > 1) report('wrong', push, `${push.id} is in its list ${times} times`);
    if (taken && times === 1) report('lost', taken, `${push.id} was popped and is still there`);
    if (push.outcome === 'none' && (times > 0 || taken)) report('wrong', push, 'a refused push is there');
    if (push.outcome !== 'success' || times > 0 || taken) continue;
    const left = unknownPops.get(push.key) ?? 0;
    if (left > 0) unknownPops.set(push.key, left - 1);
    else report('lost', push, 'an acknowledged push is not there');
  }
}

/** A counter is between its acknowledged steps and those with the unknown ones. */
async function checkCounters(
  steps: readonly Entry[],
  valueOf: (key: string) => Promise<number>,
  report: Report,
  explained: (entry: Entry) => boolean,
): Promise<void> {
  for (const key of new Set(steps.map((step) => step.key))) {
    const own = steps.filter((step) => step.key === key);
    const done = own.filter(({ outcome }) => outcome === 'success');
    const unknown = own.filter(({ outcome }) => outcome === 'unknown').length;
    const value = await valueOf(key);
    const [last] = own;
    if (!last) continue;
    if (value > done.length + unknown) report('wrong', last, `${key} is ${value}, too much`);
    // The steps that may be lost are reported first, so that an unexplained loss stays unexplained.
    const mayBeLost = done.filter(explained);
    const lost = done.length - value;
    for (const step of [...mayBeLost, ...done.filter((one) => !explained(one))].slice(0, Math.max(0, lost)))
      report('lost', step, `a step of ${key} is not there`);
  }
}
