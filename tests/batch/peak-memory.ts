import { main } from '../../lib/main.ts';

// Runs a batch over a file, and prints the peak memory of this process on stderr, in KiB.
const [, , file = ''] = process.argv;
await main(process, ['-c', 'builtin:redis', 'batch', file]);
process.stderr.write(`peak ${process.resourceUsage().maxRSS}\n`);
