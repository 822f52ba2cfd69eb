import { watchForCrashes } from './crash.ts';
import { main } from './main.ts';

const LEFT_OPEN_MS = 500;

watchForCrashes(process);
// A face that serves has `process.stdout.write` lead elsewhere while it runs.
const write = process.stdout.write.bind(process.stdout);
// 0 is the start of the process: its own start counts against the time limit of its call.
void main(process, process.argv.slice(2), 0).then(() => {
  // What a handler left open, a connection or a promise that nobody waits for any more, must not keep a call from ending.
  setTimeout(() => write('', () => process.exit()), LEFT_OPEN_MS).unref();
});
