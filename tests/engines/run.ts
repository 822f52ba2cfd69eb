import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { TOPOLOGIES } from '../helpers/topologies.ts';
import { fetchEngines } from './fetch.ts';

// Runs the tests of the tools and of the connections on every server that can be had, in every set-up: one server, a cluster
// of three masters with three replicas, Sentinels, TLS with client certificates, and a user with only the documented
// permissions. Words choose the servers and set-ups whose names contain one of them. Prints a table at the end.
const ROOT = join(import.meta.dirname, '../..');
const words = process.argv.slice(2);
const { engines, skipped } = await fetchEngines();
const rows: string[] = [];
let failed = false;
const setups = choose([...Object.keys(TOPOLOGIES), 'connections'], (name) => name);
for (const { name, path } of choose(engines, (engine) => engine.name)) {
  for (const topology of setups) {
    // The tests of connections start each set-up themselves.
    const [folder, chosen] = topology === 'connections' ? ['tests/redis'] : ['tests/tools', topology];
    const result = await test([folder], { GANTZ_REDIS_SERVER: path, GANTZ_TEST_TOPOLOGY: chosen });
    failed ||= result.failures > 0;
    rows.push(`| ${name} | ${topology} | ${result.tests} | ${result.failures} | ${result.skipped} |`);
    console.error(rows.at(-1));
  }
}
console.log(
  `| server | set-up | tests | failed | skipped |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}`,
);
for (const reason of skipped) console.log(`Skipped: ${reason}`);
process.exitCode = failed ? 1 : 0;

/** Returns the items that a word of the command line names, or all when none is named. */
function choose<T>(items: readonly T[], nameOf: (item: T) => string): readonly T[] {
  const named = items.filter((item) =>
    words.some((word) => nameOf(item).toLowerCase().includes(word.toLowerCase())),
  );
  return named.length > 0 ? named : items;
}

type Result = { tests: number; failures: number; skipped: number };

/** Runs test files, and returns the counts that Node prints at the end. The output of failed tests goes to stderr. */
async function test(files: readonly string[], more: Record<string, string | undefined>): Promise<Result> {
  const child = spawn(join(ROOT, 'scripts/test'), files, {
    cwd: ROOT,
    env: { ...process.env, ...more },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const status = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const count = (what: string): number => Number(new RegExp(`^ℹ ${what} (\\d+)`, 'm').exec(output)?.[1] ?? 0);
  const failures = count('fail') + count('cancelled');
  if (status !== 0) console.error(output.slice(Math.max(0, output.indexOf('✖ failing tests:'))));
  return {
    tests: count('tests'),
    failures: status !== 0 ? Math.max(1, failures) : 0,
    skipped: count('skipped'),
  };
}
