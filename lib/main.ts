import { answerFailure } from './contract/print.ts';
import { callTool } from './cli/run-tool.ts';
import type { Command, Commands } from './cli/command.ts';
import type { Context } from './run/open.ts';
import { listenForInterrupt } from './cli/interrupt.ts';
import { optionsFromEnvironment, splitOptions } from './run/global-options.ts';
import type { Process } from './contract/process.ts';

const call: Omit<Command, 'summary'> = {
  takesTool: true,
  load: async () => (await import('./cli/commands/call.ts')).define,
};

/** Every built-in command, loaded when it is called. A word that is none of them begins the name of a tool. */
const COMMANDS: Commands = {
  call: { ...call, summary: 'run a tool by its whole name' },
  run: { ...call, summary: 'the same as call; without a tool, the same as serve' },
  tools: {
    summary: 'list the tools',
    load: async () => (await import('./cli/commands/tools.ts')).define,
  },
  describe: {
    summary: 'show the parameters, an example and the result of a tool',
    load: async () => (await import('./cli/commands/describe.ts')).define,
  },
  mcp: {
    summary: 'serve the tools over the Model Context Protocol on stdin and stdout',
    load: async () => (await import('./cli/commands/mcp.ts')).define,
  },
  ping: {
    summary: 'ask Redis which server it is, its version, where, and the round trip',
    load: async () => (await import('./cli/commands/ping.ts')).define,
  },
  redis: {
    summary: 'show or stop the embedded Redis',
    load: async () => (await import('./cli/commands/redis.ts')).define,
  },
  validate: {
    summary: 'check manifests: every problem, with its place',
    load: async () => (await import('./cli/commands/validate.ts')).define,
  },
  init: {
    summary: 'begin a project: write a gantz.yaml that works',
    load: async () => (await import('./cli/commands/init.ts')).define,
  },
  test: {
    summary: 'run the tests that the tools of the manifest carry',
    load: async () => (await import('./cli/commands/test.ts')).define,
  },
  schema: {
    summary: 'print the JSON Schema of gantz.yaml, for editors',
    load: async () => (await import('./cli/commands/schema.ts')).define,
  },
  types: {
    summary: 'print TypeScript types of the parameters and results of the tools',
    load: async () => (await import('./cli/commands/types.ts')).define,
  },
  docs: {
    summary: 'print a Markdown page of the tools',
    load: async () => (await import('./cli/commands/docs.ts')).define,
  },
  skill: {
    summary: 'print a page that teaches an agent with a shell to use the tools',
    load: async () => (await import('./cli/commands/skill.ts')).define,
  },
  serve: {
    summary: 'serve the tools over HTTP: MCP and REST',
    load: async () => (await import('./cli/commands/serve.ts')).define,
  },
  batch: {
    summary: 'run many calls: one JSON object a line in, one envelope a line out',
    load: async () => (await import('./batch/run-file.ts')).define,
  },
  completion: {
    summary: 'print the completion script of a shell',
    load: async () => (await import('./cli/commands/completion.ts')).define,
  },
  complete: {
    summary: 'print what the last word could become',
    hidden: true,
    load: async () => (await import('./cli/commands/complete.ts')).defineComplete(COMMANDS),
  },
};

/**
 * Runs one command line: prints its answer on `process.stdout` and sets `process.exitCode`; never throws.
 * `startedAt` is when the call began, as `performance.now()`; 0 is the start of the process.
 */
export async function main(
  process: Process,
  argv: readonly string[] = process.argv.slice(2),
  startedAt = performance.now(),
): Promise<void> {
  const interrupt = listenForInterrupt(process);
  const notice = (text: string): void => void process.stderr.write(`${text}\n`);
  try {
    const { options, rest } = splitOptions(argv, optionsFromEnvironment(process.env));
    await dispatch({ process, options, signal: interrupt.signal, startedAt, notice }, rest);
  } catch (error) {
    answerFailure(process, error);
  } finally {
    interrupt.release();
    process.exitCode = interrupt.exitStatus() ?? process.exitCode;
  }
}

async function dispatch(context: Context, words: readonly string[]): Promise<void> {
  const [first, second, ...more] = words;
  const { help, version } = context.options;
  if (first === undefined) {
    if (help || version) await runBuiltIn(context, []);
    else throw await bareCall(context);
    return;
  }
  const command = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  if (first === 'run' && !help && namesNoTool(words.slice(1))) {
    await runBuiltIn(context, ['serve', ...words.slice(1)]);
  } else if (command?.takesTool) {
    const { options, rest } = splitOptions(words.slice(1), context.options);
    const [name, ...parameters] = rest;
    if (name === undefined || options.help) await runBuiltIn({ ...context, options }, [first]);
    else await callTool({ ...context, options }, name, parameters);
  } else if (command) {
    await runBuiltIn(context, words);
  } else if (second === undefined || second.startsWith('-')) {
    const { answerGroup } = await import('./cli/group.ts');
    await answerGroup(context, first, help ? ['--help'] : words.slice(1), COMMANDS);
  } else {
    await callTool(context, `${first}_${second}`.replaceAll('-', '_'), help ? ['--help'] : more);
  }
}

/** Whether only options stand here, global ones or those of a server. */
function namesNoTool(words: readonly string[]): boolean {
  try {
    const { options, rest } = splitOptions(words);
    return rest.length === 0 && !options.help;
  } catch {
    return true;
  }
}

async function runBuiltIn(context: Context, words: readonly string[]): Promise<void> {
  const { runCommand } = await import('./cli/program.ts');
  await runCommand(context, COMMANDS, words);
}

/** A bare `gantz` shows a person the help, on stderr, and a program what it did wrong. */
async function bareCall(context: Context): Promise<Error> {
  const { stderr } = context.process;
  await runBuiltIn(
    { ...context, process: { ...context.process, stdout: stderr }, options: { help: true } },
    [],
  );
  const { GantzError } = await import('./errors.ts');
  return new GantzError('USAGE', 'Say what to run', { hint: 'gantz --help shows how.' });
}
