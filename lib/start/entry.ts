import { main } from '../main.ts';
import { watchForCrashes } from './crash.ts';

const LEFT_OPEN_MS = 500;

const { surviveCrashes } = watchForCrashes(process);
// 0 is the start of the process: its own start counts against the time limit of its call.
void main(process, process.argv.slice(2), { startedAt: 0, surviveCrashes }).then(() => {
  // A connection or a promise that a handler left open must not keep the process running after its call.
  // The end of stdout waits for all that was written; the callback of an empty write does not where Bun runs this.
  setTimeout(() => process.stdout.end(() => process.exit()), LEFT_OPEN_MS).unref();
});
