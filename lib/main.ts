import { BUILD } from './contract/build.ts';
import { cacheFolder } from './cache/folder.ts';
import type { CliContext } from './cli/command.ts';
import { COMMANDS } from './cli/commands.ts';
import { listenForInterrupt } from './cli/interrupt.ts';
import { foldName } from './contract/names.ts';
import { findOnlyForCalls, onlyForCalls, splitOptions, type CommandLineOptions } from './cli/options.ts';
import { CODES, GantzError } from './contract/errors.ts';
import { printFailure } from './contract/print.ts';
import type { Output, Process } from './contract/process.ts';
import { styled, withSafeTerminals, writePainted } from './contract/terminal.ts';
import { VERSION } from './generated/version.ts';
import { optionsFromEnvironment } from './run/global-options.ts';

/** What only the code that starts the process can provide. */
export type Start = Partial<Pick<CliContext, 'startedAt' | 'surviveCrashes'>> & {
  /** Receives a function that returns the output for the envelope of an uncaught error. */
  reportCrashesOn?: (output: () => 'stdout' | 'stderr') => void;
  /** Returns the output that is written in place of `caller.stdout`. */
  stdout?: () => Output;
};

/** Runs one command line. Prints the result on stdout and sets `caller.exitCode`. Never throws. */
export async function main(
  caller: Process,
  argv: readonly string[] = caller.argv.slice(2),
  { startedAt = performance.now(), surviveCrashes = () => undefined, reportCrashesOn, stdout }: Start = {},
): Promise<void> {
  const process = withSafeTerminals(caller, stdout);
  const interrupt = listenForInterrupt(process);
  let options: CommandLineOptions = {};
  const failureOutput = (): 'stdout' | 'stderr' => (options.raw || options.check ? 'stderr' : 'stdout');
  reportCrashesOn?.(failureOutput);
  try {
    options = optionsFromEnvironment(process.env);
    const { rest } = splitOptions(argv, options);
    const context: CliContext = {
      process,
      options,
      cacheFolder: cacheFolder(process.env, BUILD),
      startedAt,
      signal: interrupt.signal,
      notice: (text) => writePainted(process.stderr, process.env, `${text}\n`, paintSeverity),
      surviveCrashes,
    };
    await dispatch(context, rest);
  } catch (error) {
    printFailure(process, error, process[failureOutput()]);
  } finally {
    interrupt.release();
    process.exitCode = interrupt.exitStatus() ?? process.exitCode;
  }
}

async function dispatch(context: CliContext, words: readonly string[]): Promise<void> {
  const [first, second, ...more] = words;
  const { help, version } = context.options;
  if (first === undefined) {
    // Without the library of the command line, which takes longer to load than the rest.
    if (version) context.process.stdout.write(`${VERSION}\n`);
    else if (help) await runBuiltIn(context, []);
    else await bareCall(context);
    return;
  }
  const command = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  if (first === 'run' && !help && namesNoTool(words.slice(1))) {
    await runBuiltIn(context, ['serve', ...words.slice(1)]);
  } else if (command?.takesTool) {
    const { options, rest } = splitOptions(words.slice(1), context.options);
    const [name, ...parameters] = rest;
    if (name === undefined || options.help) await runBuiltIn({ ...context, options }, [first]);
    else await call({ ...context, options }, name, parameters);
  } else if (command) {
    await runBuiltIn(context, words);
  } else if (second === undefined || !/^\w/.test(second)) {
    const { runGroupOrTool } = await import('./cli/group.ts');
    await runGroupOrTool(context, first, help ? ['--help'] : words.slice(1));
  } else {
    await call(context, foldName(`${first}_${second}`), help ? ['--help'] : more);
  }
}

async function call(context: CliContext, name: string, words: readonly string[]): Promise<void> {
  const { runTool } = await import('./cli/run-tool.ts');
  await runTool(context, name, words);
}

/** Returns true when the words are only options: those of the command line or those of `gantz serve`. */
function namesNoTool(words: readonly string[]): boolean {
  try {
    const { options, rest } = splitOptions(words);
    return rest.length === 0 && !options.help;
  } catch {
    return true;
  }
}

async function runBuiltIn(context: CliContext, words: readonly string[]): Promise<void> {
  const { help, version } = context.options;
  const wrong = findOnlyForCalls(context.options);
  if (wrong !== undefined && !help && !version) throw onlyForCalls(wrong, words[0]);
  const { runCommand } = await import('./cli/program.ts');
  await runCommand(context, words);
}

/** Handles `gantz` without words: prints the help on stderr. Throws USAGE when stdout is not a terminal. */
async function bareCall(context: CliContext): Promise<void> {
  const { stdout, stderr } = context.process;
  await runBuiltIn(
    { ...context, process: { ...context.process, stdout: stderr }, options: { help: true } },
    [],
  );
  if (stdout.isTTY) {
    context.process.exitCode = CODES.USAGE.exit;
    return;
  }
  throw new GantzError('USAGE', 'gantz needs a command, or a group and an operation', {
    hint: 'gantz --help lists the commands.',
  });
}

/** Colours the severity of the problems in a notice: `gantz.yaml:3:5: error: …`. A line with `::` is one for GitHub. */
function paintSeverity(text: string): string {
  return text.replace(
    /^(?!::)(.*?:\d+:\d+: )(error|warning)(?=: )/gm,
    (_, place: string, severity: string) =>
      `${place}${styled(['bold', severity === 'error' ? 'red' : 'yellow'], severity)}`,
  );
}
