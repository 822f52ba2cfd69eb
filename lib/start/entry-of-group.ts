import { basename } from 'node:path';
import { main } from '../main.ts';
import { watchForCrashes } from './crash.ts';

// Runs the program when a file of tools/ is started directly: `tools/cache.ts get …` does the same as `gantz cache get …`.
const { stdout, ...crashes } = watchForCrashes(process);
const argv = [basename(process.argv[1] ?? '', '.ts'), ...process.argv.slice(2)];
void main(process, argv, { startedAt: 0, stdout: () => stdout.output, ...crashes });
