import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GantzError } from '../../contract/errors.ts';
import { reasonOf } from '../../contract/system-error.ts';
import { Deadline } from '../../contract/deadline.ts';
import { parseCases, type TestCase } from '../../tool-tests/case.ts';
import { renderJunit } from '../../tool-tests/junit.ts';
import { needsRedis } from '../../run/kinds.ts';
import { runCases, type TestResult } from '../../tool-tests/run.ts';
import { deleteNamespace } from '../../redis/delete-namespace.ts';
import type { Runner } from '../../run/runner.ts';
import { loadCatalogue, openRunnerFor } from '../../run/open.ts';
import type { CliContext, Define } from '../command.ts';

/** `gantz test`: runs the `tests:` of the tools. They use a new Redis namespace, which is deleted afterwards. */
export const define: Define = (command, context) => {
  command
    .argument('[file]', 'the manifest (default: the one that a call uses)')
    .option('--filter <text>', 'run only the tests whose "tool: name" contains the text')
    .option('--junit <file>', 'also write a JUnit report to a file')
    .action(async (file: string | undefined, { filter, junit }: { filter?: string; junit?: string }) => {
      const { process } = context;
      const named = file === undefined ? {} : { config: file, configBy: 'argument' as const };
      const catalogue = await loadCatalogue({ ...context, options: { ...context.options, ...named } });
      const { manifest } = catalogue;
      const cases = parseCases(catalogue.tools).filter(
        (test) => filter === undefined || matches(test, filter),
      );
      if (filter !== undefined && cases.length === 0) throw noMatch(filter);
      const write = junit === undefined ? undefined : await openReport(resolve(process.cwd(), junit));
      const namespace = `gantz-test-${randomUUID()}`;
      const tested = { ...process, env: { ...process.env, GANTZ_NAMESPACE: namespace } };
      const runner = openRunnerFor(
        { ...context, process: tested },
        { ...catalogue, manifest: { ...manifest, env: withoutNamespace(manifest.env) } },
        'long-lived',
      );
      try {
        const results = await report(context, runner, cases);
        await write?.(renderJunit(manifest.name, results));
        const failed = results.filter(({ failures }) => failures.length > 0).length;
        process.stdout.write(`${results.length - failed} passed, ${failed} failed\n`);
        process.exitCode = failed > 0 ? 1 : 0;
      } finally {
        if (cases.some(({ steps }) => steps.some(({ tool }) => usesRedis(runner, tool))))
          await deleteKeys(runner, namespace);
        await runner.close();
      }
    });
};

async function report(
  { process, signal }: CliContext,
  runner: Runner,
  cases: readonly TestCase[],
): Promise<TestResult[]> {
  const results: TestResult[] = [];
  for await (const result of runCases(runner, cases, signal)) {
    results.push(result);
    const { tool, name, milliseconds, failures } = result;
    process.stdout.write(`${failures.length ? 'FAIL' : 'ok  '} ${tool}: ${name} (${milliseconds} ms)\n`);
    for (const failure of failures) process.stdout.write(`     ${failure}\n`);
  }
  return results;
}

/**
 * Creates the file of a report before the tests run, and returns a function that writes its text. Both throw USAGE when the
 * file cannot be written.
 */
async function openReport(file: string): Promise<(text: string) => Promise<void>> {
  const write = async (text: string): Promise<void> => {
    try {
      await writeFile(file, text);
    } catch (cause) {
      throw new GantzError('USAGE', `Cannot write the JUnit report to ${file}: ${reasonOf(cause)}`, {
        hint: '--junit takes the path of a file in a folder that exists.',
        cause,
      });
    }
  };
  await write('');
  return write;
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

function usesRedis({ manifest }: Runner, name: string): boolean {
  return manifest.tools.some((tool) => tool.name === name && needsRedis(tool));
}

async function deleteKeys(runner: Runner, namespace: string): Promise<void> {
  const deadline = new Deadline({ budgetMs: 10_000 });
  await runner
    .redis()
    .use({ deadline, signal: undefined, readOnly: false }, (redis) => deleteNamespace(redis, namespace));
}

/** Returns the environment without GANTZ_NAMESPACE. A namespace that the manifest sets would replace that of the tests. */
function withoutNamespace(env: Record<string, string | null>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'GANTZ_NAMESPACE'));
}
