import { main } from '../main.ts';
import { watchForCrashes } from './crash.ts';

/** How long the process may continue after its call, in milliseconds. */
const LINGER_MS = 500;

const crashes = watchForCrashes(process);
// 0 is the start of the process. The time that the start takes counts against the time limit of the call.
void main(process, process.argv.slice(2), { startedAt: 0, ...crashes }).then(() => {
  // A connection or a promise that a handler left open must not keep the process running after its call.
  // end() waits until everything is written. On Bun, the callback of an empty write does not.
  setTimeout(() => process.stdout.end(() => process.exit()), LINGER_MS).unref();
});
