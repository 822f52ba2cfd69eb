import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createClient } from '@redis/client';
import { startCluster } from '../helpers/redis-cluster.ts';
import { requestsPerSecond, startHttp } from './http-client.ts';
import { startMcp } from './mcp-client.ts';
import { processPairs, ratesOf, timeOf, type Command } from './process.ts';
import { need, type Bench, type Pair, type Row } from './row.ts';
import { percentile } from './statistics.ts';

const run = promisify(execFile);
const YARDSTICKS = join(import.meta.dirname, 'yardsticks');
const GET = ['cache', 'get', '{"key":"a"}'] as const;
const NOTHING = ['-e', '0'] as const;
const IN_FLIGHT = 256;

/** Writes a manifest with the bundled tools and `count` others into a new folder. Returns the folder. */
async function manifestFolder({ folder }: Bench, count: number): Promise<string> {
  const cwd = join(folder, `tools-${count}`);
  await mkdir(cwd, { recursive: true });
  const tools = Array.from(
    { length: count },
    (_, index) => `  - name: work_${index}
    description: Does piece ${index} of the work that somebody has to do
    parameters:
      - { name: text, type: string, required: true, minLength: 1, description: what to work on }
      - { name: times, type: integer, minimum: 1, maximum: 100, default: 1, description: how often }
      - { name: mode, type: string, enum: [fast, careful], default: fast, description: how }
    script: { shell: "true" }
`,
  );
  await writeFile(join(cwd, 'gantz.yaml'), `name: many\ninclude: [builtin:redis]\ntools:\n${tools.join('')}`);
  return cwd;
}

/** Returns a row, and the same with the caller's NODE_EXTRA_CA_CERTS, whose file Node 20 reads at each start. */
function withAndWithoutCertificates(row: Row): Row[] {
  const { what, against, unit, measure } = row;
  const again: Row = {
    what: `${what}, NODE_EXTRA_CA_CERTS set`,
    against,
    unit,
    measure: (bench) => {
      const certificates = need(bench.certificates, 'NODE_EXTRA_CA_CERTS is not set');
      return measure({ ...bench, env: { ...bench.env, NODE_EXTRA_CA_CERTS: certificates } });
    },
  };
  return [row, again];
}

/** Returns bin/gantz, which starts the executable. */
function executable({ programs }: Bench): string {
  need(programs.native, 'the native executable is not built');
  return programs.shim;
}

/** Returns a process that does nothing. */
function nothing({ programs }: Bench): Command {
  return [programs.node20, ...NOTHING];
}

/** Returns the command for a cache get of the package on Node 20. */
function packageGet({ programs }: Bench): Command {
  return [programs.node20, programs.package, ...GET];
}

/** Compiles a yardstick with the compiler of the executable. Returns the path of the program. */
async function compiled({ folder, programs }: Bench, name: string): Promise<string> {
  const program = join(folder, name);
  const compiler = need(programs.bun, 'there is no bun');
  const options = ['--compile', '--minify', '--bytecode', '--format=esm', `--outfile=${program}`];
  if (!existsSync(program)) await run(compiler, ['build', ...options, join(YARDSTICKS, `${name}.mjs`)]);
  return program;
}

/** Returns the command with which genai-toolbox makes the same GET. */
async function toolboxGet({ folder, programs, redisPort }: Bench): Promise<Command> {
  const toolbox = need(programs.toolbox, 'BENCH_TOOLBOX names no folder with genai-toolbox');
  const file = join(folder, 'toolbox.yaml');
  await writeFile(
    file,
    `sources: { server: { kind: redis, address: ["127.0.0.1:${redisPort}"] } }
tools:
  get:
    kind: redis
    source: server
    description: Read a value
    commands: [[GET, $key]]
    parameters: [{ name: key, type: string, description: the key }]
`,
  );
  return [toolbox, '--tools-file', file, 'invoke', 'get', '{"key":"mcp:cache:a"}'];
}

/** The calls of a batch, by the name of the operation in pipeline.mjs: the tool and the parameters of the nth call. */
const BATCHES = {
  get: ['cache_get', (n: number) => ({ key: `k${n % 1000}` })],
  set: ['cache_set', (n: number) => ({ key: `k${n % 1000}`, value: 'x'.repeat(100) })],
  xadd: [
    'stream_append',
    (n: number) => ({ stream: `s${n % 100}`, event: 'x'.repeat(100), max_length: 1000 }),
  ],
  xread: ['stream_read', (n: number) => ({ stream: `s${n % 100}`, count: 10 })],
} as const;

async function batchPairs(
  bench: Bench,
  operation: keyof typeof BATCHES,
  ours: Command,
  theirs: Command,
): Promise<Pair[]> {
  const calls = bench.quick ? 20_000 : 100_000;
  const file = join(bench.folder, `${operation}.ndjson`);
  const [tool, paramsOf] = BATCHES[operation];
  const lines = Array.from({ length: calls }, (_, index) =>
    JSON.stringify({ id: index, tool, params: paramsOf(index) }),
  );
  await writeFile(file, `${lines.join('\n')}\n`);
  const yardstick: Command = [
    ...theirs,
    join(YARDSTICKS, 'pipeline.mjs'),
    operation,
    String(calls),
    String(IN_FLIGHT),
  ];
  return await ratesOf(bench, calls, [...ours, 'batch', file], yardstick);
}

/** Measures batches of cache_set in which each call has a new idempotency key, and without keys. */
async function keyedPairs(bench: Bench, command: Command): Promise<Pair[]> {
  const calls = bench.quick ? 10_000 : 50_000;
  const client = createClient({ url: `redis://127.0.0.1:${bench.redisPort}/1` });
  await client.connect();
  const value = 'x'.repeat(100);
  const options = { env: { ...bench.env, REDIS_URL: client.options.url ?? '' }, cwd: bench.folder };
  const perSecond = async (keyed: boolean): Promise<number> => {
    const file = join(bench.folder, 'keyed.ndjson');
    const lines = Array.from({ length: calls }, (_, id) =>
      JSON.stringify({
        id,
        tool: 'cache_set',
        params: { key: `k${id % 1000}`, value },
        ...(keyed && { idempotency_key: `4b5e6d0c-${id}` }),
      }),
    );
    await writeFile(file, `${lines.join('\n')}\n`);
    // The records of the run before would be replayed.
    await client.flushDb();
    return (calls / (await timeOf([...command, 'batch', file], options))) * 1000;
  };
  const pairs: Pair[] = [];
  await perSecond(true);
  for (let round = 0; round < (bench.quick ? 3 : 9); round++)
    pairs.push({ ours: await perSecond(true), theirs: await perSecond(false) });
  await client.flushDb();
  client.destroy();
  return pairs;
}

/** Writes a manifest with the bundled tools and a script whose answers of 100 bytes are cached into a new folder. Returns it. */
async function cachedFolder({ folder }: Bench): Promise<string> {
  const cwd = join(folder, 'cached');
  await mkdir(cwd, { recursive: true });
  const manifest = `name: cached
include: [builtin:redis]
tools:
  - name: answer
    description: Answers with 100 bytes
    parameters: { key: { type: string, required: true } }
    annotations: { readOnlyHint: true }
    script: { shell: "echo ${'x'.repeat(100)}" }
    cache: 1h
`;
  await writeFile(join(cwd, 'gantz.yaml'), manifest);
  return cwd;
}

/** Measures batches of calls of a script whose answers are cached, and of cache_get. */
async function cachedPairs(bench: Bench, command: Command): Promise<Pair[]> {
  const calls = bench.quick ? 20_000 : 100_000;
  const cwd = await cachedFolder(bench);
  const fileOf = async (tool: string): Promise<string> => {
    const file = join(bench.folder, `cached-${tool}.ndjson`);
    const lines = Array.from({ length: calls }, (_, id) =>
      JSON.stringify({ id, tool, params: { key: `k${id % 1000}` } }),
    );
    await writeFile(file, `${lines.join('\n')}\n`);
    return file;
  };
  const [ours, theirs] = [await fileOf('answer'), await fileOf('cache_get')];
  return await ratesOf(bench, calls, [...command, 'batch', ours], [...command, 'batch', theirs], cwd);
}

/** Writes two manifests with the bundled tools and another tool: one in which that tool has guards, and one without. */
async function guardManifests({ folder }: Bench): Promise<{ guarded: string; plain: string }> {
  const write = async (name: string, guards: string): Promise<string> => {
    const file = join(folder, `${name}.yaml`);
    const tool = `{ name: other, description: d, annotations: { readOnlyHint: true }, script: { shell: "true" }${guards} }`;
    await writeFile(file, `name: ${name}\ninclude: [builtin:redis]\ntools:\n  - ${tool}\n`);
    return file;
  };
  const guards = ', cache: 1h, rate_limit: 60/m, concurrency: 4, circuit_breaker: true';
  return { guarded: await write('guarded', guards), plain: await write('plain', '') };
}

/** Measures batches of cache_get, which has no guards, in a manifest with guards and in one without. */
async function unguardedPairs(bench: Bench, command: Command): Promise<Pair[]> {
  const calls = bench.quick ? 20_000 : 100_000;
  const file = join(bench.folder, 'unguarded.ndjson');
  const lines = Array.from({ length: calls }, (_, id) =>
    JSON.stringify({ id, tool: 'cache_get', params: { key: `k${id % 1000}` } }),
  );
  await writeFile(file, `${lines.join('\n')}\n`);
  const { guarded, plain } = await guardManifests(bench);
  const batch = (manifest: string): Command => [...command, '-c', manifest, 'batch', file];
  return await ratesOf(bench, calls, batch(guarded), batch(plain));
}

/** The parameters of a request that is allowed, without its identifier. */
const RATE_LIMITS = {
  sliding_window: { limit: 1_000_000_000, window_seconds: 3600 },
  token_bucket: { capacity: 1_000_000_000, refill_per_second: 1000 },
} as const;

/** Measures batches of allowed requests of 1,000 callers. */
async function ratePairs(
  bench: Bench,
  operation: keyof typeof RATE_LIMITS,
  ours: Command,
  theirs: Command,
): Promise<Pair[]> {
  const calls = bench.quick ? 20_000 : 100_000;
  const file = join(bench.folder, `${operation}.ndjson`);
  const lines = Array.from({ length: calls }, (_, index) => {
    const params = { identifier: `caller-${index % 1000}`, ...RATE_LIMITS[operation] };
    return JSON.stringify({ id: index, tool: `rate_limit_${operation}`, params });
  });
  await writeFile(file, `${lines.join('\n')}\n`);
  const yardstick: Command = [
    ...theirs,
    join(YARDSTICKS, 'rate-limiter.mjs'),
    String(calls),
    String(IN_FLIGHT),
  ];
  return await ratesOf(bench, calls, [...ours, 'batch', file], yardstick);
}

/** Measures batches on a cluster of three nodes. */
async function clusterPairs(bench: Bench, ours: Command, theirs: Command): Promise<Pair[]> {
  const cluster = await startCluster();
  try {
    return await batchPairs({ ...bench, env: { ...bench.env, REDIS_URL: cluster.url } }, 'get', ours, theirs);
  } finally {
    await cluster.stop();
  }
}

/** Measures medians of sequential MCP calls in milliseconds, ours and theirs in turn. */
async function sequentialPairs(bench: Bench, ours: Command, theirs: Command): Promise<Pair[]> {
  const options = { env: bench.env, cwd: bench.folder };
  const [a, b] = [await startMcp(ours, options), await startMcp(theirs, options)];
  try {
    const median = async (client: typeof a): Promise<number> => {
      const times: number[] = [];
      for (let call = 0; call < 200; call++) {
        const begun = performance.now();
        await client.call('cache_get', { key: 'a' });
        times.push(performance.now() - begun);
      }
      return percentile(times, 0.5);
    };
    for (let warm = 0; warm < 3; warm++) await Promise.all([median(a), median(b)]);
    const pairs: Pair[] = [];
    for (let round = 0; round < (bench.quick ? 5 : 20); round++) {
      pairs.push({ ours: await median(a), theirs: await median(b) });
    }
    return pairs;
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}

async function concurrentPairs(bench: Bench, ours: Command, theirs: Command): Promise<Pair[]> {
  const options = { env: bench.env, cwd: bench.folder };
  const [a, b] = [await startMcp(ours, options), await startMcp(theirs, options)];
  const rate = async (client: typeof a, tool: string): Promise<number> => {
    const calls = 3000;
    let left = calls;
    const begun = performance.now();
    const work = async (): Promise<void> => {
      while (left-- > 0) await client.call(tool, { key: 'a' });
    };
    await Promise.all(Array.from({ length: 50 }, work));
    return (calls / (performance.now() - begun)) * 1000;
  };
  try {
    const pairs: Pair[] = [];
    for (let round = -1; round < (bench.quick ? 3 : 20); round++) {
      const pair = { ours: await rate(a, 'cache_get'), theirs: await rate(b, 'get') };
      if (round >= 0) pairs.push(pair);
    }
    return pairs;
  } finally {
    await Promise.all([a.close(), b.close()]);
  }
}

async function httpPairs(bench: Bench, ours: Command, theirs: Command): Promise<Pair[]> {
  const options = { env: bench.env, cwd: bench.folder };
  const [a, b] = [await startHttp(ours, options), await startHttp(theirs, options)];
  try {
    const pairs: Pair[] = [];
    for (let round = -1; round < (bench.quick ? 3 : 20); round++) {
      const pair = {
        ours: await requestsPerSecond(a.url, '/mcp/tools/call', { tool: 'cache_get', params: { key: 'a' } }),
        theirs: await requestsPerSecond(b.url, '/', { key: 'a' }),
      };
      if (round >= 0) pairs.push(pair);
    }
    return pairs;
  } finally {
    a.stop();
    b.stop();
  }
}

/** Measures the jobs per second that gantz and BullMQ add, or take and acknowledge, with 64 jobs in flight. */
async function queuePairs(bench: Bench, operation: 'add' | 'many' | 'work'): Promise<Pair[]> {
  const { node20, package: program, bullmq } = bench.programs;
  const modules = {
    gantz: join(dirname(program), 'library.cjs'),
    bullmq: need(bullmq, 'BullMQ is not available'),
  };
  const rate = async (name: keyof typeof modules): Promise<number> => {
    const words = [join(YARDSTICKS, 'queue.mjs'), name, modules[name], operation, '20000', '64'];
    return Number((await run(node20, words, { env: bench.env })).stdout);
  };
  const pairs: Pair[] = [];
  for (let round = -1; round < (bench.quick ? 3 : 10); round++) {
    const pair = { ours: await rate('gantz'), theirs: await rate('bullmq') };
    if (round >= 0) pairs.push(pair);
  }
  return pairs;
}

/** Measures locks that are acquired and released by 64 callers, each with a lock of its own. */
async function lockPairs(bench: Bench): Promise<Pair[]> {
  const { node20, package: program, redlock } = bench.programs;
  const modules = {
    gantz: join(dirname(program), 'library.cjs'),
    redlock: need(redlock, 'redlock is not available'),
  };
  const rate = async (name: keyof typeof modules): Promise<number> => {
    const words = [join(YARDSTICKS, 'lock.mjs'), name, modules[name], '20000', '64'];
    return Number((await run(node20, words, { env: bench.env })).stdout);
  };
  const pairs: Pair[] = [];
  for (let round = 0; round < (bench.quick ? 3 : 10); round++)
    pairs.push({ ours: await rate('gantz'), theirs: await rate('redlock') });
  return pairs;
}

type Paged = {
  /** The heap of the pager after its last page and after its tenth. */
  memory: Pair[];
  /** p99 of a GET while the pager runs, and of a GET on an idle server. */
  latency: Pair[];
  /** p99 of a GET while the pager runs, and of a GET while scan.mjs runs. */
  latencyOfScan: Pair[];
};

const paged = new WeakMap<Bench, Promise<Paged>>();

/** Pages once for each bench, for all rows that need it. */
function pagedOnce(bench: Bench): Promise<Paged> {
  const known = paged.get(bench) ?? page(bench);
  paged.set(bench, known);
  return known;
}

/** Pages through a million keys. Measures the memory of the pager and the latency of GETs at the same time. */
async function page(bench: Bench): Promise<Paged> {
  const keys = bench.quick ? 100_000 : 1_000_000;
  const url = `redis://127.0.0.1:${bench.redisPort}`;
  const client = createClient({ url, RESP: 2 });
  await client.connect();
  await client.sendCommand([
    'EVAL',
    `for i = 1, ${keys} do redis.call('SET', 'paged:cache:key-' .. i, i) end`,
    '0',
  ]);
  const latencies = async (until: () => boolean): Promise<number[]> => {
    const times: number[] = [];
    while (!until()) {
      const begun = performance.now();
      await client.get('mcp:cache:a');
      times.push(performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return times;
  };
  const env = { ...bench.env, REDIS_URL: url, GANTZ_NAMESPACE: 'paged' };
  const runBeside = async (...words: string[]): Promise<{ p99: number; stdout: string }> => {
    const other = run(process.execPath, words, { env });
    let done = false;
    void other.finally(() => (done = true)).catch(() => undefined);
    const times = await latencies(() => done);
    return { p99: percentile(times, 0.99), stdout: (await other).stdout };
  };
  const pairs: Paged = { memory: [], latency: [], latencyOfScan: [] };
  for (let round = 0; round < (bench.quick ? 3 : 9); round++) {
    const idleUntil = performance.now() + (bench.quick ? 500 : 2000);
    const idle = percentile(await latencies(() => performance.now() > idleUntil), 0.99);
    const paging = await runBeside('--expose-gc', join(import.meta.dirname, 'pager.mjs'));
    const scanning = await runBeside(join(YARDSTICKS, 'scan.mjs'));
    const { first, last } = JSON.parse(paging.stdout) as { first: number; last: number };
    pairs.memory.push({ ours: last, theirs: first });
    pairs.latency.push({ ours: paging.p99, theirs: idle });
    pairs.latencyOfScan.push({ ours: paging.p99, theirs: scanning.p99 });
  }
  client.destroy();
  return pairs;
}

/** All comparisons, in the order of the report. */
export const ROWS: readonly Row[] = [
  ...withAndWithoutCertificates({
    what: 'executable: cache get, one process',
    against: 'node -e 0, Node 20',
    unit: 'ms',
    target: { atMost: 0.65 },
    measure: (bench) => processPairs(bench, [executable(bench), ...GET], nothing(bench)),
  }),
  {
    what: 'executable: cache get, one process',
    against: 'a compiled Bun program with one GET',
    unit: 'page faults',
    target: { atMost: 1.7 },
    measure: async (bench) =>
      processPairs(bench, [executable(bench), ...GET], [await compiled(bench, 'bun-get')], {
        unit: 'page faults',
      }),
  },
  {
    what: 'executable: cache get, one process',
    against: 'a compiled Bun program with one GET',
    unit: 'ms',
    target: { atMost: 1.6 },
    measure: async (bench) =>
      processPairs(bench, [executable(bench), ...GET], [await compiled(bench, 'bun-get')]),
  },
  {
    what: 'executable: cache get, one process',
    against: 'the build in BENCH_BASELINE',
    unit: 'CPU ms',
    target: { atMost: 0.55 },
    measure: (bench) => {
      const baseline = need(bench.programs.baseline, 'BENCH_BASELINE names no folder with bin/gantz');
      return processPairs(bench, [executable(bench), ...GET], [baseline, ...GET], { unit: 'CPU ms' });
    },
  },
  {
    what: 'executable: cache get, one process',
    against: 'redis-cli get',
    unit: 'ms',
    target: { atMost: 3 },
    measure: (bench) =>
      processPairs(
        bench,
        [executable(bench), ...GET],
        ['redis-cli', '-p', String(bench.redisPort), 'get', 'mcp:cache:a'],
      ),
  },
  {
    what: 'executable: cache get, one process',
    against: 'genai-toolbox invoke, the same GET',
    unit: 'ms',
    target: { atMost: 0.3 },
    measure: async (bench) => processPairs(bench, [executable(bench), ...GET], await toolboxGet(bench)),
  },
  {
    what: 'executable: cache get, one process',
    against: 'the same in Python',
    unit: 'ms',
    target: { atMost: 0.25 },
    measure: (bench) =>
      processPairs(
        bench,
        [executable(bench), ...GET],
        [
          need(bench.programs.python, 'there is no Python with the package redis'),
          join(YARDSTICKS, 'cache.py'),
          'get',
          '{"key":"a"}',
        ],
      ),
  },
  {
    what: 'executable: --version',
    against: 'a compiled Bun program that prints one line',
    unit: 'ms',
    target: { atMost: 1.4 },
    measure: async (bench) =>
      processPairs(bench, [executable(bench), '--version'], [await compiled(bench, 'bun-nothing')]),
  },
  ...withAndWithoutCertificates({
    what: "executable: cache get, the user's manifest of 60 tools, second run",
    against: 'node -e 0, Node 20',
    unit: 'ms',
    target: { atMost: 0.75 },
    measure: async (bench) =>
      processPairs(bench, [executable(bench), ...GET], nothing(bench), {
        cwd: await manifestFolder(bench, 60),
      }),
  }),
  ...withAndWithoutCertificates({
    what: 'executable: a tool with script.shell "true", second run',
    against: 'node -e 0, Node 20',
    unit: 'ms',
    target: { atMost: 0.75 },
    measure: async (bench) =>
      processPairs(bench, [executable(bench), 'work', '7', '{"text":"x"}'], nothing(bench), {
        cwd: await manifestFolder(bench, 60),
      }),
  }),
  ...withAndWithoutCertificates({
    what: 'executable: tools --json, manifest of 2,000 tools, second run',
    against: 'node -e 0, Node 20',
    unit: 'ms',
    target: { atMost: 0.8 },
    measure: async (bench) =>
      processPairs(bench, [executable(bench), 'tools', '--json'], nothing(bench), {
        cwd: await manifestFolder(bench, 2000),
      }),
  }),
  ...withAndWithoutCertificates({
    what: 'executable: gantz mcp, to the answer of initialize',
    against: 'node -e 0, Node 20',
    unit: 'ms',
    target: { atMost: 0.8 },
    measure: async (bench) => {
      const options = { env: bench.env, cwd: bench.folder };
      const pairs: Pair[] = [];
      for (let run = -2; run < (bench.quick ? 5 : 20); run++) {
        const begun = performance.now();
        const client = await startMcp([executable(bench), 'mcp'], options);
        const ours = performance.now() - begun;
        await client.close();
        const theirs = await timeOf(nothing(bench), options);
        if (run >= 0) pairs.push({ ours, theirs });
      }
      return pairs;
    },
  }),
  ...withAndWithoutCertificates({
    what: 'package on Node 20: cache get, one process',
    against: 'node -e 0, Node 20',
    unit: 'ms',
    target: { atMost: 1.5 },
    measure: (bench) => processPairs(bench, packageGet(bench), nothing(bench)),
  }),
  {
    what: 'package on Node 24: cache get, one process',
    against: 'node -e 0, Node 24',
    unit: 'ms',
    target: { atMost: 1.9 },
    measure: (bench) => {
      const node24 = need(bench.programs.node24, 'Node 24 is not available');
      return processPairs(bench, [node24, bench.programs.package, ...GET], [node24, ...NOTHING]);
    },
  },
  {
    what: 'executable: peak memory of cache get',
    against: 'node -e 0, Node 20',
    unit: 'MiB',
    target: { atMost: 1.05 },
    measure: (bench) => processPairs(bench, [executable(bench), ...GET], nothing(bench), { unit: 'MiB' }),
  },
  {
    what: 'package on Node 20: peak memory of cache get',
    against: 'node -e 0, Node 20',
    unit: 'MiB',
    target: { atMost: 1.5 },
    measure: (bench) => processPairs(bench, packageGet(bench), nothing(bench), { unit: 'MiB' }),
  },
  ...(
    [
      ['get', 'GET of 100 bytes'],
      ['set', 'SET of 100 bytes'],
      ['xadd', 'stream_append of 100 bytes (XADD)'],
      ['xread', 'stream_read of 10 events (XREAD)'],
    ] as const
  ).flatMap(([operation, name]): Row[] => [
    {
      what: `executable: batch, ${name}`,
      against: `node-redis alone, ${IN_FLIGHT} in flight, same runtime`,
      unit: 'calls/s',
      target: { atLeast: operation === 'get' || operation === 'set' ? 0.95 : 0.7 },
      measure: (bench) =>
        batchPairs(bench, operation, [executable(bench)], [need(bench.programs.bun, 'there is no bun')]),
    },
    {
      what: `package on Node 20: batch, ${name}`,
      against: `node-redis alone, ${IN_FLIGHT} in flight, same runtime`,
      unit: 'calls/s',
      target: { atLeast: 0.7 },
      measure: (bench) => {
        const { node20, package: program } = bench.programs;
        return batchPairs(bench, operation, [node20, program], [node20]);
      },
    },
  ]),
  ...(['token_bucket', 'sliding_window'] as const).flatMap((operation): Row[] => [
    {
      what: `executable: batch, rate_limit_${operation}`,
      against: `consume of rate-limiter-flexible, ${IN_FLIGHT} in flight, same runtime`,
      unit: 'calls/s',
      target: { atLeast: 1 },
      measure: (bench) =>
        ratePairs(bench, operation, [executable(bench)], [need(bench.programs.bun, 'there is no bun')]),
    },
    {
      what: `package on Node 20: batch, rate_limit_${operation}`,
      against: `consume of rate-limiter-flexible, ${IN_FLIGHT} in flight, same runtime`,
      unit: 'calls/s',
      target: { atLeast: 1 },
      measure: (bench) => {
        const { node20, package: program } = bench.programs;
        return ratePairs(bench, operation, [node20, program], [node20]);
      },
    },
  ]),
  {
    what: 'executable: a script whose answer is cached, one process',
    against: 'cache get',
    unit: 'ms',
    target: { atMost: 1.1 },
    measure: async (bench) => {
      const ours: Command = [executable(bench), 'call', 'answer', '{"key":"a"}'];
      return await processPairs(bench, ours, [executable(bench), ...GET], { cwd: await cachedFolder(bench) });
    },
  },
  {
    what: 'package on Node 20: a script whose answer is cached, one process',
    against: 'cache get',
    unit: 'ms',
    target: { atMost: 1.1 },
    measure: async (bench) => {
      const { node20, package: program } = bench.programs;
      const ours: Command = [node20, program, 'call', 'answer', '{"key":"a"}'];
      return await processPairs(bench, ours, packageGet(bench), { cwd: await cachedFolder(bench) });
    },
  },
  {
    what: 'executable: batch, a script whose answer of 100 bytes is cached',
    against: 'cache_get of 100 bytes',
    unit: 'calls/s',
    target: { atLeast: 0.8 },
    measure: (bench) => cachedPairs(bench, [executable(bench)]),
  },
  {
    what: 'package on Node 20: batch, a script whose answer of 100 bytes is cached',
    against: 'cache_get of 100 bytes',
    unit: 'calls/s',
    target: { atLeast: 0.8 },
    measure: (bench) => cachedPairs(bench, [bench.programs.node20, bench.programs.package]),
  },
  {
    what: 'executable: batch, cache_get in a manifest with guards on another tool',
    against: 'the same without guards',
    unit: 'calls/s',
    target: { atLeast: 0.95 },
    measure: (bench) => unguardedPairs(bench, [executable(bench)]),
  },
  {
    what: 'package on Node 20: batch, cache_get in a manifest with guards on another tool',
    against: 'the same without guards',
    unit: 'calls/s',
    target: { atLeast: 0.95 },
    measure: (bench) => unguardedPairs(bench, [bench.programs.node20, bench.programs.package]),
  },
  {
    what: 'executable: cache get in a manifest with guards on another tool, one process',
    against: 'the same without guards',
    unit: 'page faults',
    target: { atMost: 1.02 },
    measure: async (bench) => {
      const { guarded, plain } = await guardManifests(bench);
      const get = (manifest: string): Command => [executable(bench), '-c', manifest, ...GET];
      return await processPairs(bench, get(guarded), get(plain), { unit: 'page faults' });
    },
  },
  {
    what: 'executable: batch, cache_set of 100 bytes with an idempotency key',
    against: 'the same without a key',
    unit: 'calls/s',
    target: { atLeast: 0.6 },
    measure: (bench) => keyedPairs(bench, [executable(bench)]),
  },
  {
    what: 'package on Node 20: batch, cache_set of 100 bytes with an idempotency key',
    against: 'the same without a key',
    unit: 'calls/s',
    target: { atLeast: 0.6 },
    measure: (bench) => keyedPairs(bench, [bench.programs.node20, bench.programs.package]),
  },
  {
    what: 'executable: batch on a cluster of three nodes, GET of 100 bytes',
    against: `node-redis' createCluster alone, ${IN_FLIGHT} in flight, same runtime`,
    unit: 'calls/s',
    target: { atLeast: 0.7 },
    measure: (bench) =>
      clusterPairs(bench, [executable(bench)], [need(bench.programs.bun, 'there is no bun')]),
  },
  {
    what: 'package on Node 20: batch on a cluster of three nodes, GET of 100 bytes',
    against: `node-redis' createCluster alone, ${IN_FLIGHT} in flight, same runtime`,
    unit: 'calls/s',
    target: { atLeast: 0.7 },
    measure: (bench) => {
      const { node20, package: program } = bench.programs;
      return clusterPairs(bench, [node20, program], [node20]);
    },
  },
  {
    what: 'executable: MCP stdio, sequential cache_get, p50',
    against: "the SDK's server with one GET, same runtime",
    unit: 'ms',
    target: { atMost: 1.15 },
    measure: (bench) =>
      sequentialPairs(
        bench,
        [executable(bench), 'mcp'],
        [need(bench.programs.bun, 'there is no bun'), join(YARDSTICKS, 'mcp-server.mjs')],
      ),
  },
  {
    what: 'package on Node 20: MCP stdio, sequential cache_get, p50',
    against: "the SDK's server with one GET, same runtime",
    unit: 'ms',
    target: { atMost: 1.15 },
    measure: (bench) => {
      const { node20, package: program } = bench.programs;
      return sequentialPairs(bench, [node20, program, 'mcp'], [node20, join(YARDSTICKS, 'mcp-server.mjs')]);
    },
  },
  {
    what: 'executable: MCP stdio, 50 calls in flight',
    against: '@modelcontextprotocol/server-redis get',
    unit: 'calls/s',
    target: { atLeast: 1.3 },
    measure: (bench) => {
      const server = need(bench.programs.serverRedis, 'the server is not available');
      return concurrentPairs(
        bench,
        [executable(bench), 'mcp'],
        [bench.programs.node20, server, `redis://127.0.0.1:${bench.redisPort}`],
      );
    },
  },
  {
    what: 'executable: HTTP, cache_get, 32 connections',
    against: 'node:http that answers a constant, same runtime',
    unit: 'calls/s',
    target: { atLeast: 0.75 },
    measure: (bench) =>
      httpPairs(
        bench,
        [executable(bench), 'serve', '--port', '0'],
        [need(bench.programs.bun, 'there is no bun'), join(YARDSTICKS, 'http-server.mjs')],
      ),
  },
  {
    what: 'package on Node 20: HTTP, cache_get, 32 connections',
    against: 'node:http that answers a constant, same runtime',
    unit: 'calls/s',
    target: { atLeast: 0.75 },
    measure: (bench) => {
      const { node20, package: program } = bench.programs;
      return httpPairs(
        bench,
        [node20, program, 'serve', '--port', '0'],
        [node20, join(YARDSTICKS, 'http-server.mjs')],
      );
    },
  },
  {
    what: 'library on Node 20: queue_add, 64 in flight',
    against: 'BullMQ, add',
    unit: 'jobs/s',
    target: { atLeast: 1.5 },
    measure: (bench) => queuePairs(bench, 'add'),
  },
  {
    what: 'library on Node 20: queue_add_many of 16, 64 jobs in flight',
    against: 'BullMQ, addBulk of 16',
    unit: 'jobs/s',
    target: { atLeast: 1.5 },
    measure: (bench) => queuePairs(bench, 'many'),
  },
  {
    what: 'library on Node 20: queue_take of 16 and queue_ack, 64 jobs in flight',
    against: 'BullMQ, a worker with a concurrency of 64',
    unit: 'jobs/s',
    target: { atLeast: 1.5 },
    measure: (bench) => queuePairs(bench, 'work'),
  },
  {
    what: 'library on Node 20: lock_acquire and lock_release, 64 callers',
    against: 'redlock on one server',
    unit: 'calls/s',
    target: { atLeast: 1 },
    measure: lockPairs,
  },
  {
    what: 'cache_keys over 1,000,000 keys: heap in use at the last page',
    against: 'that of the 10th page',
    unit: 'MiB',
    target: { atMost: 1.1 },
    measure: async (bench) => (await pagedOnce(bench)).memory,
  },
  {
    what: 'cache_keys over 1,000,000 keys: p99 of a GET beside it',
    against: 'the same GET on an idle server',
    unit: 'ms',
    target: { atMost: 2 },
    measure: async (bench) => (await pagedOnce(bench)).latency,
  },
  {
    what: 'cache_keys over 1,000,000 keys: p99 of a GET beside it',
    against: 'the same GET beside node-redis scanning alone',
    unit: 'ms',
    measure: async (bench) => (await pagedOnce(bench)).latencyOfScan,
  },
];
