import { statSync } from 'node:fs';
import type { ProblemInText, Problem, Tool } from '../contract/manifest.ts';
import { BUILTIN } from '../manifest/bundled.ts';
import { checkManifest } from '../run/manifests.ts';
import type { TestResult } from '../tool-tests/run.ts';
import { annotate, isAnnotated } from './annotations.ts';
import type { CliContext } from './command.ts';

/** Annotates each failed test at its place in the manifest, or without a place when the manifest is not a regular file. */
export async function annotateFailures(
  context: CliContext,
  file: string,
  results: readonly TestResult[],
): Promise<void> {
  const failed = results.filter(({ failures }) => failures.length > 0);
  if (failed.length === 0 || !isAnnotated(context.process.env)) return;
  const places = await findPlaces(file, failed);
  const annotations = failed.map((result) => {
    const message = sentenceOf(result);
    const place = places.find((problem) => problem.message === message);
    return { severity: 'error' as const, message, ...(place && { place }) };
  });
  annotate(context, 'gantz test', annotations);
}

/** Parses the manifest again, and reports each failed test as a problem of it: problems have places. */
async function findPlaces(file: string, failed: readonly TestResult[]): Promise<readonly Problem[]> {
  // A pipe can be read only once.
  if (file === BUILTIN || !statSync(file).isFile()) return [];
  const review = ({ name }: Tool): ProblemInText[] =>
    failed
      .filter(({ tool }) => tool === name)
      .map((result) => ({ severity: 'error', test: result.index, message: sentenceOf(result) }));
  return (await checkManifest({ file }, { review })).problems;
}

function sentenceOf({ tool, name, failures }: TestResult): string {
  return `${tool}: ${name}: ${failures.join('; ')}`;
}
