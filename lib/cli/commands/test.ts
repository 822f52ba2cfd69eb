import { randomUUID } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Deadline } from '../../contract/deadline.ts';
import { GantzError, toGantzError } from '../../contract/errors.ts';
import type { Manifest, Tool } from '../../contract/manifest.ts';
import { printSuccess } from '../../contract/print.ts';
import { reasonOf } from '../../contract/system-error.ts';
import { styled, writePainted } from '../../contract/terminal.ts';
import { BUILTIN, loadBundled } from '../../manifest/bundled.ts';
import { deleteKeys } from '../../redis/delete-keys.ts';
import type { Catalogue } from '../../run/catalogue.ts';
import { needsRedis } from '../../run/kinds.ts';
import { loadCatalogue, openRunnerFor } from '../../run/open.ts';
import type { Runner } from '../../run/runner.ts';
import { parseCases, type TestCase } from '../../tool-tests/case.ts';
import { renderJunit } from '../../tool-tests/junit.ts';
import { isRedisGone, runCases, type TestResult } from '../../tool-tests/run.ts';
import { renderTap, renderTapBailOut, renderTapHead } from '../../tool-tests/tap.ts';
import { renderText } from '../../tool-tests/text.ts';
import { annotateFailures } from '../annotate-failures.ts';
import type { CliContext, Define } from '../command.ts';
import { commandDeadline } from '../deadline.ts';

type TestFlags = { filter?: string; bundled?: boolean; junit?: string; json?: boolean; tap?: boolean };

const HELP = `
Each test runs in a Redis namespace that is deleted afterwards. What handlers print is shown only for a test that fails.
Where GITHUB_ACTIONS is true, each failed test becomes an annotation at its line of the manifest.

Exit status: 0 all tests passed, 1 a test failed, 4 Redis cannot be used; no other test runs then.`;

/** `gantz test`: runs the `tests:` of the tools. They use a new Redis namespace, which is deleted afterwards. */
export const define: Define = (command, context) => {
  command
    .argument('[file]', 'the manifest (default: the one that a call uses)')
    .option('--filter <text>', 'run only the tests whose "tool: name" contains the text')
    .option('--bundled', 'also run the tests of the bundled tools that the manifest includes')
    .option('--junit <file>', 'also write the report to a file, as JUnit XML')
    .option('--json', 'print the report as one JSON line')
    .option('--tap', 'print the report as TAP, the Test Anything Protocol')
    .addHelpText('after', HELP)
    .action((file: string | undefined, flags: TestFlags) => test(context, file, flags));
};

async function test(context: CliContext, file: string | undefined, flags: TestFlags): Promise<void> {
  const { filter, junit, json = false, tap = false } = flags;
  if (json && tap) throw new GantzError('USAGE', '--json and --tap cannot be used together');
  const named = file === undefined ? {} : { config: file, configBy: 'argument' as const };
  const catalogue = await loadCatalogue({ ...context, options: { ...context.options, ...named } });
  const cases = await selectCases(context, catalogue, flags);
  if (filter !== undefined && cases.length === 0) throw noMatch(filter);
  if (cases.some(({ steps }) => steps.some(({ tool }) => usesRedis(catalogue, tool))))
    await reachRedis(context, catalogue);
  const report = junit === undefined ? undefined : await openReport(resolve(context.process.cwd(), junit));
  try {
    const results = await run(context, catalogue, cases, { json, tap });
    await report?.writeFile(renderJunit(catalogue.manifest.name, results));
    await annotateFailures(context, catalogue.manifest.file, results);
    summarize(context, results, { json, tap });
  } finally {
    await report?.close();
  }
}

/** Returns the tests that the flags select. Writes a notice when the manifest has none. */
async function selectCases(
  { notice }: CliContext,
  { manifest, tools }: Catalogue,
  { filter, bundled = false }: TestFlags,
): Promise<TestCase[]> {
  const own =
    bundled || (await isBundledManifest(manifest)) ? tools : tools.filter((tool) => !isIncluded(tool));
  const cases = parseCases(own);
  if (cases.length === 0 && filter === undefined) {
    notice(`${manifest.file} has no tests: no tool has a list "tests".`);
    if (own.length < tools.length) notice('--bundled runs the tests of the bundled tools that it includes.');
  }
  return cases.filter((test) => filter === undefined || matches(test, filter));
}

/** Returns true for a tool that `include: builtin:redis` adds. */
function isIncluded({ action, directory }: Tool): boolean {
  return action?.kind === 'bundled' && directory === '';
}

/** Returns true for the bundled manifest and for a copy of it, such as the gantz.yaml of a checkout. */
async function isBundledManifest({ file, name, tools }: Manifest): Promise<boolean> {
  return file === BUILTIN || (tools.every(isIncluded) && name === (await loadBundled()).name);
}

/** Throws at once when Redis cannot be used. A connection for many calls would try again for some time first. */
async function reachRedis(context: CliContext, catalogue: Catalogue): Promise<void> {
  const runner = openRunnerFor(context, catalogue, 'one-shot');
  try {
    await runner.redis().info({ deadline: commandDeadline(context), signal: context.signal, readOnly: true });
  } finally {
    await runner.close();
  }
}

async function openReport(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'w');
  } catch (cause) {
    throw new GantzError('USAGE', `Cannot write the JUnit report to ${file}: ${reasonOf(cause)}`, {
      hint: '--junit takes the path of a file in a folder that exists.',
      cause,
    });
  }
}

type ReportFormat = { json: boolean; tap: boolean };

/** Runs the tests in a Redis namespace of their own, and prints each result unless the format is JSON. */
async function run(
  context: CliContext,
  catalogue: Catalogue,
  cases: readonly TestCase[],
  { json, tap }: ReportFormat,
): Promise<TestResult[]> {
  const { process, signal } = context;
  const { manifest } = catalogue;
  const namespace = `gantz-test-${randomUUID()}`;
  const printed: string[] = [];
  const runner = openRunnerFor(
    {
      ...context,
      process: { ...process, env: { ...process.env, GANTZ_NAMESPACE: namespace } },
      notice: (text) => void printed.push(`${text}\n`),
    },
    { ...catalogue, manifest: { ...manifest, env: withoutNamespace(manifest.env) } },
    'long-lived',
  );
  const results: TestResult[] = [];
  let redisGone = false;
  try {
    if (tap) process.stdout.write(renderTapHead(cases.length));
    for await (const result of runCases(runner, cases, { signal, printed })) {
      results.push(result);
      if (tap) process.stdout.write(renderTap(result, results.length));
      else if (!json) writePainted(process.stdout, process.env, renderText(result), paintReport);
    }
    return results;
  } catch (error) {
    redisGone = isRedisGone(error);
    if (tap) process.stdout.write(renderTapBailOut(toGantzError(error).message));
    throw error;
  } finally {
    if (!redisGone && cases.some(({ steps }) => steps.some(({ tool }) => usesRedis(catalogue, tool))))
      await deleteNamespace(runner, namespace);
    await runner.close();
  }
}

/** Prints how many tests passed and failed, and sets the exit status. Throws TEST_FAILED for JSON when a test failed. */
function summarize(
  { process }: CliContext,
  results: readonly TestResult[],
  { json, tap }: ReportFormat,
): void {
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const passed = results.length - failed;
  if (json) {
    const tests = results.map(({ tool, name, milliseconds, failures, printed }) => {
      const ok = failures.length === 0;
      return { tool, name, passed: ok, milliseconds, ...(!ok && { failures, printed }) };
    });
    if (failed > 0) throw testFailed({ tests, passed, failed });
    printSuccess(process, { tests, passed, failed });
    return;
  }
  const counts = `${passed} passed, ${failed} failed\n`;
  if (tap) process.stdout.write(`# ${counts}`);
  else writePainted(process.stdout, process.env, counts, paintReport);
  process.exitCode = failed > 0 ? 1 : 0;
}

/** Colours the outcome of each test, and the counts unless they are 0. */
function paintReport(text: string): string {
  return text
    .replace(/^FAIL|(?<=^\d+ passed, )[1-9]\d* failed/, (failed) => styled(['bold', 'red'], failed))
    .replace(/^(?:ok {2}|[1-9]\d* passed)/, (ok) => styled('green', ok));
}

function testFailed(fields: { tests: readonly unknown[]; passed: number; failed: number }): GantzError {
  const { tests, failed } = fields;
  return new GantzError('TEST_FAILED', `${failed} of ${tests.length} tests failed`, {
    outcome: 'applied',
    hint: 'See "failures" of each test.',
    fields,
  });
}

/** Returns the failure for a filter without a match. A mistyped filter must not look like success. */
function noMatch(filter: string): GantzError {
  return new GantzError('USAGE', `No test matches --filter ${JSON.stringify(filter)}`, {
    hint: 'The filter is a part of "tool: name". gantz test without --filter runs and lists all tests.',
  });
}

function matches({ tool, name }: TestCase, filter: string): boolean {
  return `${tool}: ${name}`.includes(filter);
}

function usesRedis({ manifest }: Catalogue, name: string): boolean {
  return manifest.tools.some((tool) => tool.name === name && needsRedis(tool));
}

async function deleteNamespace(runner: Runner, namespace: string): Promise<void> {
  const deadline = new Deadline({ budgetMs: 10_000 });
  await runner
    .redis()
    .use({ deadline, signal: undefined, readOnly: false }, (redis) => deleteKeys(redis, `${namespace}:`));
}

/** Returns the environment without GANTZ_NAMESPACE. A namespace that the manifest sets would replace that of the tests. */
function withoutNamespace(env: Record<string, string | null>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'GANTZ_NAMESPACE'));
}
