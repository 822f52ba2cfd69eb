import { main } from '../../lib/main.ts';

// Runs a batch over the file named, and prints the most memory that this process had, in KiB, on stderr.
const [, , file = ''] = process.argv;
await main(process, ['-c', 'builtin:redis', 'batch', file]);
process.stderr.write(`peak ${process.resourceUsage().maxRSS}\n`);
