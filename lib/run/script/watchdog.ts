import { spawn, type ChildProcess } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * Kills process groups when the gantz process ends without doing so itself, for example because of SIGKILL. It is a shell that
 * has the first groups as arguments and reads `+ <group>` and `- <group>` from a pipe. When gantz ends, the pipe ends, and the
 * shell kills the groups that are left.
 */
const SOURCE = `groups=" $* "
while read -r sign group; do
  case $sign in
    +) groups="$groups$group " ;;
    -) groups="\${groups%% $group *} \${groups#* $group }" ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done`;

const groups = new Set<number>();
/** The pipe to the watchdog process. */
let watchdog: Writable | undefined;

/**
 * Has a process group killed when this process ends. Returns a function that undoes this; the group survives once the promise
 * of that function is fulfilled. One watchdog process serves all groups, and it ends when there are none.
 */
export function watch(group: number): () => Promise<void> {
  groups.add(group);
  if (watchdog) send(watchdog, `+ ${group}\n`);
  else watchdog = start();
  return async () => {
    groups.delete(group);
    const current = watchdog;
    if (!current) return;
    if (groups.size === 0) watchdog = undefined;
    // The shell reads the line before the end of the pipe, so the group survives the end of gantz from here on.
    await new Promise<void>((resolve) => send(current, `- ${group}\n`, resolve));
    if (watchdog !== current) current.end();
  };
}

function start(): Writable | undefined {
  // In a group of its own, it does not receive signals of the terminal.
  const child: ChildProcess = spawn('/bin/sh', ['-c', SOURCE, 'gantz-watchdog', ...[...groups].map(String)], {
    cwd: '/',
    env: {},
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell, without a file descriptor for its pipe, or after its end, scripts run as before, but are not watched.
  const pipe = child.stdin ?? undefined;
  const forget = (): void => {
    if (watchdog === pipe) watchdog = undefined;
  };
  child.once('error', forget).once('exit', forget);
  pipe?.on('error', forget);
  child.unref();
  return pipe;
}

function send(pipe: Writable, line: string, onSent: () => void = () => undefined): void {
  // The callback is also called when the pipe is broken.
  if (pipe.writable) pipe.write(line, () => onSent());
  else onSent();
}
