import { watchForCrashes } from './crash.ts';
import { main } from './main.ts';

watchForCrashes(process);
// 0 is the start of the process: its own start counts against the time limit of its call.
void main(process, process.argv.slice(2), 0);
