import { watchForCrashes } from './crash.ts';
import { holdSignals } from './hold-signals.ts';

/** How long the process may continue after its call, in milliseconds. */
const LINGER_MS = 500;

const release = holdSignals(process);
const { stdout, ...crashes } = watchForCrashes(process);
void start();

async function start(): Promise<void> {
  // Imported here, so that signals are held while it loads.
  const { main } = await import('../main.ts');
  // 0 is the start of the process. The time that the start takes counts against the time limit of the call.
  const ended = main(process, process.argv.slice(2), {
    startedAt: 0,
    stdout: () => stdout.output,
    ...crashes,
  });
  release();
  await ended;
  // A connection or a promise that a handler left open must not keep the process running after its call.
  setTimeout(() => void stdout.end().then(() => process.exit()), LINGER_MS).unref();
}
