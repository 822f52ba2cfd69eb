import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { explain, GantzError } from '../../contract/errors.ts';
import { printFailure } from '../../contract/print.ts';
import type { Process } from '../../contract/process.ts';
import { parseDuration } from '../../contract/settings.ts';
import { reasonOf } from '../../contract/system-error.ts';
import { loadCatalogue, openRunnerFor } from '../../run/open.ts';
import { endGroup, killAtExit, signalGroup } from '../../run/script/process-group.ts';
import { watch } from '../../run/script/watchdog.ts';
import type { CliContext, Define } from '../command.ts';
import { commandDeadline } from '../deadline.ts';
import { holdLock, type HeldLock, type LockOptions } from '../held-lock.ts';

const HELP = `
The lock is extended while the command runs, and released at its end. When the lock is lost, the command gets SIGTERM, and
SIGKILL after 5 seconds. It has the variables GANTZ_LOCK_TOKEN and GANTZ_LOCK_FENCE. stdout is that of the command; a failure
of gantz is an envelope on stderr, except wrong flags. A signal to gantz is passed on, and the status is then 128+n.

Exit status: that of the command, 128+n when signal n ended it, 127 when it is not found, 126 when it cannot be run,
1 when somebody else holds the lock or the lock was lost (CONFLICT).`;

/** How long a command may take to end after its lock was lost, in milliseconds. */
const GRACE_MS = 5000;

/** The limits of `ttl`, as those of lock_acquire, and of `wait`, in seconds. */
const [SHORTEST, LONGEST] = [0.1, 86_400];

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

type LockFlags = { ttl?: string; wait?: string; owner?: string };

/** `gantz with-lock`: runs a command while it holds a lock. */
export const define: Define = (command, context) => {
  command
    .argument('<name>', 'the name of the lock')
    .argument('<command...>', 'the command and its arguments, after --')
    .option(
      '--ttl <duration>',
      'the lock ends after so long when gantz cannot extend it any more (default: 30s)',
    )
    .option('--wait <duration>', 'wait for the lock for at most so long (default: not at all)')
    .option('--owner <label>', 'what others see while the lock is held')
    .usage('[options] <name> -- <command...>')
    .addHelpText('after', HELP)
    .action(async (name: string, words: readonly string[], flags: LockFlags) => {
      const options = parseLock(name, flags);
      if (context.options.readOnly)
        throw new GantzError('FORBIDDEN', 'gantz with-lock writes, which --read-only does not allow');
      try {
        await runWithLock(context, options, words);
      } catch (error) {
        printFailure(context.process, error, context.process.stderr);
      }
    });
};

function parseLock(name: string, { ttl, wait, owner }: LockFlags): LockOptions {
  if (name === '') throw new GantzError('USAGE', 'The name of the lock is empty');
  return {
    name,
    ttl: ttl === undefined ? 30 : parseSeconds('--ttl', ttl),
    wait: wait === undefined || wait === '0' ? 0 : parseSeconds('--wait', wait),
    owner: owner === '' ? undefined : owner,
  };
}

function parseSeconds(flag: '--ttl' | '--wait', text: string): number {
  const seconds = (parseDuration(text) ?? 0) / 1000;
  if (seconds >= SHORTEST && seconds <= LONGEST) return seconds;
  throw new GantzError('USAGE', `${flag} ${JSON.stringify(text)} is not a duration from 100ms to 24h`, {
    hint: 'Durations are written as 30s, 1m30s or 500ms.',
  });
}

async function runWithLock(
  context: CliContext,
  options: LockOptions,
  words: readonly string[],
): Promise<void> {
  const runner = openRunnerFor(context, await loadCatalogue(context), 'long-lived');
  try {
    const limits = { deadline: commandDeadline(context), signal: context.signal };
    const lock = await holdLock(runner.redis(), options, limits);
    let lost: GantzError | undefined;
    try {
      context.signal.throwIfAborted();
      lost = await runCommand(context, lock, words);
    } finally {
      if (!lost) await release(context, lock, options);
    }
    if (lost) throw lost;
  } finally {
    await runner.close();
  }
}

/** Runs the command, and sets its exit status as that of this process. Resolves to a failure when it was ended because the lock was lost. */
async function runCommand(
  { process }: CliContext,
  { token, fence, lost }: HeldLock,
  [file = '', ...args]: readonly string[],
): Promise<GantzError | undefined> {
  const env = { ...process.env, GANTZ_LOCK_TOKEN: token, GANTZ_LOCK_FENCE: String(fence) };
  let child: ChildProcess;
  let ended: Promise<number>;
  let unwatch: (() => Promise<void>) | undefined;
  try {
    // In a process group of its own, the command and its children can be ended without this process.
    child = spawn(file, args, { cwd: process.cwd(), env, stdio: 'inherit', detached: true });
    ended = statusOf(child);
    // When this process is killed, nobody extends the lock, and the command must end too.
    unwatch = child.pid === undefined ? undefined : watch(child.pid);
    await started(child);
  } catch (error) {
    printFailure(process, cannotRun(file, error), process.stderr);
    process.exitCode = codeOf(error) === 'ENOENT' ? 127 : 126;
    return undefined;
  }
  const undo = [killAtExit(child), ...forwardSignals(process, child)];
  try {
    const end = await Promise.race([ended, lost]);
    if (end instanceof GantzError) {
      await endGroup(child, GRACE_MS);
      return end;
    }
    process.exitCode = end;
    return undefined;
  } finally {
    for (const each of undo) each();
    await unwatch?.();
  }
}

/** Resolves when the program runs. Rejects when it cannot be started. */
function started(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('spawn', resolve);
  });
}

function statusOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

/** Sends the signals that this process gets to the group of the command. Returns functions that undo this. */
function forwardSignals(process: Process, child: ChildProcess): (() => void)[] {
  return SIGNALS.map((name) => {
    const forward = (): void => signalGroup(child, name);
    process.on(name, forward);
    return () => void process.off(name, forward);
  });
}

async function release({ notice }: CliContext, lock: HeldLock, { name }: LockOptions): Promise<void> {
  try {
    if (!(await lock.release())) notice(`The lock ${JSON.stringify(name)} was lost before its release.`);
  } catch (error) {
    notice(`The lock ${JSON.stringify(name)} could not be released, and ends later: ${explain(error)}`);
  }
}

function cannotRun(file: string, cause: unknown): GantzError {
  const reason = REASONS[codeOf(cause)] ?? reasonOf(cause);
  return new GantzError('NOT_RUNNABLE', `Cannot run ${JSON.stringify(file)}: ${reason}`, { cause });
}

/** Why a program cannot be started. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such command',
  EACCES: 'it may not be executed',
};

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
