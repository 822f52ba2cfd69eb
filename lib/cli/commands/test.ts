import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { GantzError } from '../../errors.ts';
import { Deadline } from '../../deadline.ts';
import { parseCases, type Case } from '../../tool-tests/case.ts';
import { renderJunit } from '../../tool-tests/junit.ts';
import { runCases, type Verdict } from '../../tool-tests/run.ts';
import { deleteNamespace } from '../../redis/namespace.ts';
import type { Runner } from '../../run/runner.ts';
import { loadCatalogue, openRunnerFor } from '../../run/open.ts';
import type { CliContext, Define } from '../command.ts';

/** `gantz test`: runs the `tests:` of the tools in a Redis namespace of their own, which is deleted afterwards. */
export const define: Define = (command, context) => {
  command
    .option('--filter <text>', 'only tests whose tool or name contains the text')
    .option('--junit <file>', 'write a JUnit report as well')
    .action(async ({ filter, junit }: { filter?: string; junit?: string }) => {
      const { process } = context;
      const catalogue = await loadCatalogue(context);
      const { manifest } = catalogue;
      const cases = parseCases(catalogue.tools).filter(
        (test) => filter === undefined || matches(test, filter),
      );
      if (filter !== undefined && cases.length === 0) throw noMatch(filter);
      const namespace = `gantz-test-${randomUUID()}`;
      const tested = { ...process, env: { ...process.env, GANTZ_NAMESPACE: namespace } };
      const runner = openRunnerFor(
        { ...context, process: tested },
        { ...catalogue, manifest: { ...manifest, env: withoutNamespace(manifest.env) } },
        'long-lived',
      );
      try {
        const verdicts = await report(context, runner, cases);
        if (junit !== undefined)
          await writeFile(resolve(process.cwd(), junit), renderJunit(manifest.name, verdicts));
        const failed = verdicts.filter(({ complaints }) => complaints.length > 0).length;
        process.stdout.write(`${verdicts.length - failed} passed, ${failed} failed\n`);
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
  cases: readonly Case[],
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for await (const verdict of runCases(runner, cases, signal)) {
    verdicts.push(verdict);
    const { tool, name, milliseconds, complaints } = verdict;
    process.stdout.write(`${complaints.length ? 'FAIL' : 'ok  '} ${tool}: ${name} (${milliseconds} ms)\n`);
    for (const complaint of complaints) process.stdout.write(`     ${complaint}\n`);
  }
  return verdicts;
}

/** A misspelled filter must not look like a pass. */
function noMatch(filter: string): GantzError {
  return new GantzError('USAGE', `No test matches --filter ${JSON.stringify(filter)}`, {
    hint: 'It is a part of "tool: name of the test"; gantz test without it lists them all.',
  });
}

function matches({ tool, name }: Case, filter: string): boolean {
  return `${tool}: ${name}`.includes(filter);
}

function usesRedis({ manifest }: Runner, name: string): boolean {
  return manifest.tools.some(
    ({ name: other, action }) => other === name && action?.kind === 'handler' && action.builtin,
  );
}

async function deleteKeys(runner: Runner, namespace: string): Promise<void> {
  const deadline = new Deadline({ budgetMs: 10_000 });
  await runner
    .redis()
    .use({ deadline, signal: undefined, readOnly: false }, (redis) => deleteNamespace(redis, namespace));
}

/** The manifest's environment without GANTZ_NAMESPACE, which would override the namespace of the tests. */
function withoutNamespace(env: Record<string, string | null>): Record<string, string | null> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name !== 'GANTZ_NAMESPACE'));
}
