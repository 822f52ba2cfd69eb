import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../helpers/free-port.ts';
import { startRedis } from '../helpers/redis-server.ts';
import { findPrograms } from './programs.ts';
import { renderChart, renderMarkdown, type Outcome } from './report.ts';
import { Unavailable, type Bench, type Programs, type Row } from './row.ts';
import { ROWS } from './rows.ts';
import { spreadOf } from './statistics.ts';

// Measures every row and writes docs/benchmarks.{json,md,svg}. With --quick it takes less than a minute and is less accurate.
// Other words choose the rows whose names contain one of them. In both cases nothing is written.
const quick = process.argv.includes('--quick');
const wanted = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const docs = join(import.meta.dirname, '../../docs');

const programs = await findPrograms();
const redisPort = await freePort();
const server = await startRedis({ port: redisPort });
const folder = await mkdtemp(join(tmpdir(), 'gantz-bench-'));
try {
  const client = await server.client();
  await client.set('mcp:cache:a', 'hello');
  await client.set('a', 'hello');
  await Promise.all(Array.from({ length: 1000 }, (_, n) => client.set(`mcp:cache:k${n}`, 'x'.repeat(100))));
  // Ten events in each of 100 streams.
  for (let n = 0; n < 1000; n++)
    await client.xAdd(`mcp:stream:s${n % 100}`, `1-${Math.floor(n / 100) + 1}`, { event: 'x'.repeat(100) });
  const env = environment(folder, redisPort);
  const certificates = process.env['NODE_EXTRA_CA_CERTS'];
  const bench: Bench = { quick, folder, redisPort, env, certificates, programs };
  const outcomes: Outcome[] = [];
  for (const row of ROWS.filter(
    ({ what }) => wanted.length === 0 || wanted.some((word) => what.includes(word)),
  )) {
    const outcome = await measure(row, bench);
    outcomes.push(outcome);
    console.error(describe(outcome));
  }
  if (wanted.length === 0 && !quick) {
    const circumstances = {
      when: new Date().toISOString().slice(0, 10),
      machine: `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}`,
      versions: versions(programs),
    };
    await writeFile(
      join(docs, 'benchmarks.json'),
      `${JSON.stringify({ ...circumstances, rows: outcomes }, null, 2)}\n`,
    );
    await writeFile(join(docs, 'benchmarks.md'), renderMarkdown(outcomes, circumstances));
    await writeFile(join(docs, 'benchmarks.svg'), renderChart(outcomes));
  }
} finally {
  await server.stop();
  // A process that is ending may still write files.
  await rm(folder, { recursive: true, force: true, maxRetries: 10 });
}

async function measure({ measure: measurePairs, ...row }: Row, bench: Bench): Promise<Outcome> {
  try {
    const pairs = await measurePairs(bench);
    const ratio = spreadOf(pairs.map(({ ours, theirs }) => ours / theirs));
    const ours = spreadOf(pairs.map((pair) => pair.ours));
    const theirs = spreadOf(pairs.map((pair) => pair.theirs));
    const { target } = row;
    const met =
      target && ('atMost' in target ? ratio.median <= target.atMost : ratio.median >= target.atLeast);
    const usage = pairs.flatMap((pair) => pair.usage ?? []);
    const middle = (who: 'ours' | 'theirs', what: 'CPU ms' | 'page faults'): number =>
      spreadOf(usage.map((pair) => pair[who][what])).median;
    const beside = (what: 'CPU ms' | 'page faults'): [number, number] => [
      middle('ours', what),
      middle('theirs', what),
    ];
    return {
      ...row,
      ours,
      theirs,
      ratio,
      pairs: pairs.length,
      ...(met !== undefined && { met }),
      ...(usage.length > 0 && { cpu: beside('CPU ms'), faults: beside('page faults') }),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...row, why: error instanceof Unavailable ? why : `failed: ${why.slice(0, 200)}` };
  }
}

function describe(outcome: Outcome): string {
  const head = `${outcome.what}, against ${outcome.against}`;
  if ('why' in outcome) return `${head}: ${outcome.why}`;
  const { ours, theirs, ratio, unit, met, cpu, faults } = outcome;
  const others =
    cpu && faults ? `, CPU ms ${cpu.map((n) => n.toFixed(1)).join(' / ')}, faults ${faults.join(' / ')}` : '';
  const result = met === undefined ? '' : met ? ' met' : ' NOT MET';
  return `${head}: ${ours.median.toFixed(1)} / ${theirs.median.toFixed(1)} ${unit} = ${ratio.median.toFixed(2)} (${ratio.low.toFixed(2)}–${ratio.high.toFixed(2)})${result}${others}`;
}

/** Returns the caller's environment without the variables that change the behaviour of the programs. */
function environment(home: string, port: number): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined &&
      !/^(GANTZ_|XDG_|npm_|NODE_OPTIONS$|NODE_EXTRA_CA_CERTS$|REDIS_)/.test(entry[0]),
  );
  return { ...Object.fromEntries(kept), HOME: home, REDIS_URL: `redis://127.0.0.1:${port}` };
}

function versions({ node24, bun, python }: Programs): string {
  const versionOf = (file: string | undefined, ...words: string[]): string =>
    (file && /\d+(\.\d+)+/.exec(execFileSync(file, words, { encoding: 'utf8' }))?.[0]) ?? 'none';
  const others = `Node ${versionOf(node24, '--version')}, Bun ${versionOf(bun, '--version')}, Python ${versionOf(python, '--version')}`;
  return `Node ${process.versions.node}, ${others}, Redis ${versionOf('redis-server', '--version')}`;
}
