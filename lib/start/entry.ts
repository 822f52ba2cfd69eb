import { watchForCrashes } from './crash.ts';
import { main } from '../main.ts';

const LEFT_OPEN_MS = 500;

watchForCrashes(process);
// 0 is the start of the process: its own start counts against the time limit of its call.
void main(process, process.argv.slice(2), 0).then(() => {
  // What a handler left open, a connection or a promise that nobody waits for any more, must not keep a call from ending.
  // Only the end of stdout waits for all that was written: an empty write is done at once where Bun runs this.
  setTimeout(() => process.stdout.end(() => process.exit()), LEFT_OPEN_MS).unref();
});
