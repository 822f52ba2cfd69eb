import { basename } from 'node:path';
import { main } from '../main.ts';
import { watchForCrashes } from './crash.ts';

// The program when a file of tools/ is run by itself: `tools/cache.ts get …` is `gantz cache get …`.
const { surviveCrashes } = watchForCrashes(process);
const argv = [basename(process.argv[1] ?? '', '.ts'), ...process.argv.slice(2)];
void main(process, argv, { startedAt: 0, surviveCrashes });
