import { basename } from 'node:path';
import { watchForCrashes } from './crash.ts';
import { main } from '../main.ts';

// The program when a file of tools/ is run by itself: `tools/cache.ts get …` is `gantz cache get …`.
watchForCrashes(process);
void main(process, [basename(process.argv[1] ?? '', '.ts'), ...process.argv.slice(2)], 0);
