import { Command as Commander, CommanderError, Option } from 'commander';
import { GantzError } from '../contract/errors.ts';
import { VERSION } from '../generated/version.ts';
import type { CliContext } from './command.ts';
import { COMMANDS } from './commands.ts';
import { writeHelp } from './help.ts';
import { COMMAND_LINE_OPTIONS, isOnlyForCalls, onlyForCalls, valueLikeOption } from './options.ts';

const GROUPS_HELP = `
Tools:
  gantz <group> <operation> ['<json>'|-|@file] [--flag value …]   run the tool <group>_<operation>
  gantz <tool> ['<json>'|-|@file] [--flag value …]                run a tool of one word
  gantz tools                                                     list the tools
  gantz <group> <operation> --help                                show the help of one tool

Exit status: 0 success, 1 the operation failed, 2 wrong input, 3 wrong manifest, 4 a dependency is unavailable,
5 timeout, 70 a bug in gantz, 128+n ended by signal n. Every call prints one JSON object, in one line unless stdout is a terminal;
"code" and "hint" in it explain a failure.`;

/** Runs a built-in command, or prints help or the version when the options request it. Throws USAGE for wrong arguments and options. */
export async function runCommand(context: CliContext, words: readonly string[]): Promise<void> {
  const { process, options } = context;
  const [name] = words;
  const program = new Commander('gantz')
    .description(
      'Runs the tools of a gantz.yaml. Checks the parameters, and prints the result as one JSON object.',
    )
    .usage('[options] <command | group operation> [arguments]')
    .version(VERSION, '--version', 'show the version')
    .addHelpText('after', GROUPS_HELP);
  withoutExit(program, process);
  addGlobalOptions(program, context, name);
  for (const [key, { summary, hidden = false, load }] of Object.entries(COMMANDS)) {
    if (name !== undefined && key !== name) continue;
    const command = withoutExit(program.command(key, { hidden }).description(summary), process);
    addGlobalOptions(command, context, name);
    // The help of gantz shows the arguments of every command. Any other call needs only its own command.
    if (name !== undefined || options.help) (await load())(command, context);
  }
  if (name !== undefined) refuseValuesLikeOptions(program, name, words);
  const requested = options.version ? ['--version'] : options.help ? ['--help'] : [];
  try {
    await program.parseAsync([...words, ...requested], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    if (error.code === 'commander.help') throw needsSubcommand(program, name);
    throw new GantzError('USAGE', error.message.replace(/^error: /, '').split('\n')[0] ?? '', {
      hint:
        error.message.split('\n')[1]?.replace(/^\(|\)$/g, '') ??
        `gantz ${name ?? ''} --help shows its arguments and options.`.replace('  ', ' '),
    });
  }
}

/** Throws USAGE when the word after an option that needs a value begins with `--`. Commander would take it as the value. */
function refuseValuesLikeOptions(program: Commander, name: string, words: readonly string[]): void {
  const command = program.commands.find((candidate) => candidate.name() === name);
  const end = words.indexOf('--');
  for (const [index, word] of (end < 0 ? words : words.slice(0, end)).entries()) {
    const option = command?.options.find(({ long, short }) => word === long || word === short);
    const next = words[index + 1];
    if (option?.required && next?.startsWith('--')) throw valueLikeOption(word, next);
  }
}

function needsSubcommand(program: Commander, name = ''): GantzError {
  const command = program.commands.find((candidate) => candidate.name() === name);
  const names = command?.commands.map((candidate) => candidate.name()).join(' or ') ?? '';
  return new GantzError('USAGE', `gantz ${name} needs ${names}`, {
    hint: `gantz ${name} --help shows what each does.`,
  });
}

/** Makes commander write help to stdout and throw errors, instead of printing errors and ending the process. */
function withoutExit(command: Commander, process: CliContext['process']): Commander {
  const { columns } = process.stdout;
  return command
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => writeHelp(process, text),
      writeErr: () => undefined,
      ...(columns !== undefined && { getOutHelpWidth: () => columns }),
    });
}

/** Adds the global options to a command. `name` is the command that was called. */
function addGlobalOptions(command: Commander, { options }: CliContext, name: string | undefined): void {
  for (const { flag, short, value, description, variable, apply } of COMMAND_LINE_OPTIONS) {
    if (flag === '--help' || flag === '--version') continue;
    const flags = `${short ? `${short}, ` : ''}${flag}${value ? ` <${value}>` : ''}`;
    const option = new Option(flags, variable ? `${description} (or ${variable})` : description);
    // Every command accepts the global options, but only the help of gantz lists them.
    command.addOption(command.parent ? option.hideHelp() : option);
    command.on(`option:${option.name()}`, (text: string | null) => {
      // main has taken the options before the command, so this one stands after it.
      if (isOnlyForCalls(flag)) throw onlyForCalls(flag, name);
      apply(options, text ?? 'true');
    });
  }
}
