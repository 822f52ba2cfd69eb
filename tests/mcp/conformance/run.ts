import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startServer } from '../../http/server.ts';
import { startRedis } from '../../helpers/redis-server.ts';
import { NOT_OFFERED } from './not-offered.ts';
import { rewriteUris } from './rewrite-uris.ts';

// Runs the server scenarios of the official conformance suite of MCP against `gantz serve`, in the newest version of each era.
// Installs the suite into the cache folder of the user. Prints a table, and fails for each check that fails without being in
// NOT_OFFERED, and for each entry of that table whose checks do not fail.
const SUITE = '@modelcontextprotocol/conformance@0.2.0-alpha.12';
const VERSIONS = ['2025-11-25', '2026-07-28'] as const;
const ROOT = join(import.meta.dirname, '../../..');
const NAMES = Object.values(NOT_OFFERED).flat();
const run = promisify(execFile);

/** The scenarios that read resources with URIs of the suite. A proxy writes those of gantz instead. */
const REWRITTEN = ['resources-read-text', 'resources-templates-read'];

type Check = { scenario: string; id: string; status: string; message: string };

const suite = await install();
const runtime = await findRuntime();
const work = await mkdtemp(join(tmpdir(), 'gantz-conformance-'));
const redis = await startRedis();
const rows: string[] = [];
let failed = false;
try {
  for (const version of VERSIONS) {
    const checks = await checkVersion(version);
    const failures = checks.filter(({ status }) => status === 'FAILURE');
    const unexpected = failures.filter((check) => !isExpected(check));
    const scenarios = new Set(checks.map(({ scenario }) => scenario));
    const passed = [...scenarios].filter((name) => !failures.some(({ scenario }) => scenario === name));
    const succeeded = checks.filter(({ status }) => status === 'SUCCESS').length;
    rows.push(
      `| ${version} | ${passed.length} of ${scenarios.size} | ${succeeded} | ${failures.length - unexpected.length} | ${unexpected.length} |`,
    );
    for (const { scenario, id, message } of unexpected) console.error(`${scenario}: ${id}: ${message}`);
    for (const { scenario, id, status, message } of checks)
      if (status === 'WARNING') console.error(`Warning: ${scenario}: ${id}: ${message}`);
    const stale = NAMES.filter((name) => passed.includes(name));
    for (const name of stale) console.error(`${name} passes: remove it from NOT_OFFERED`);
    failed ||= unexpected.length > 0 || stale.length > 0;
  }
} finally {
  await redis.stop();
  await rm(work, { recursive: true });
}
console.log(
  `| version | scenarios passed | checks passed | not offered | failed |\n| --- | ---: | ---: | ---: | ---: |\n${rows.join('\n')}`,
);
process.exitCode = failed ? 1 : 0;

function isExpected({ scenario, id }: Check): boolean {
  return NAMES.includes(scenario) || NAMES.includes(id);
}

/** Runs all scenarios of a version. */
async function checkVersion(version: string): Promise<Check[]> {
  const folder = join(work, version);
  await cp(import.meta.dirname, folder, { recursive: true });
  const env = { REDIS_URL: redis.url, GANTZ_NAMESPACE: version };
  const server = await startServer([], { config: join(folder, 'gantz.yaml'), env });
  const proxy = await rewriteUris(server.port, {
    'test://static-text': 'gantz://state/cache/static-text',
    'test://template/123/data': 'gantz://state/cache/123',
  });
  try {
    await server.call('cache_set', { key: 'static-text', value: 'This is the content of the static text.' });
    await server.call('cache_set', { key: '123', value: { id: '123' } });
    const direct = await runSuite(`${server.url}/mcp`, version, ['--suite', 'all']);
    const others = direct.filter(({ scenario }) => !REWRITTEN.includes(scenario));
    for (const name of REWRITTEN)
      others.push(...(await runSuite(`${proxy.url}/mcp`, version, ['--scenario', name])));
    return others;
  } finally {
    proxy.close();
    await server.stop();
  }
}

/** Runs the suite, and returns the checks that it wrote. Its status is not 0 when one has failed. */
async function runSuite(url: string, version: string, words: readonly string[]): Promise<Check[]> {
  const results = await mkdtemp(join(work, 'results-'));
  const args = [suite, 'server', '--url', url, '--spec-version', version, '-o', results, ...words];
  const { stderr } = await run(runtime, args, { cwd: work, maxBuffer: 1 << 26, timeout: 300_000 }).catch(
    (error: unknown) => error as { stderr: string },
  );
  const checks: Check[] = [];
  for (const name of await readdir(results)) {
    const text = await readFile(join(results, name, 'checks.json'), 'utf8');
    const scenario = /^server-(.*)-\d{4}-\d\d-\d\dT/.exec(name)?.[1] ?? name;
    for (const check of JSON.parse(text) as { id: string; status: string; errorMessage?: string }[])
      checks.push({ scenario, id: check.id, status: check.status, message: check.errorMessage ?? '' });
  }
  if (checks.length === 0) throw new Error(`The suite has checked nothing: ${stderr}`);
  return checks;
}

/** Installs the suite once, and returns the path of its program. */
async function install(): Promise<string> {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'gantz-conformance');
  const folder = join(cache, SUITE.replaceAll(/[@/]+/g, '-'));
  const program = join(folder, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
  if (!existsSync(program)) {
    await mkdir(folder, { recursive: true });
    await run('npm', ['install', '--prefix', folder, '--no-fund', '--no-audit', '--ignore-scripts', SUITE]);
  }
  return program;
}

/** Returns what runs the suite, which needs Node 22: this Node, else the compiler of the executable, which runs programs too. */
async function findRuntime(): Promise<string> {
  if (Number(process.versions.node.split('.')[0]) >= 22) return process.execPath;
  const folder = join(ROOT, 'node_modules/@oven');
  const [name] = (await readdir(folder)).filter((one) => one.includes(process.platform));
  if (name === undefined)
    throw new Error('The suite needs Node 22, or the npm package bun for this platform');
  return join(folder, name, 'bin/bun');
}
