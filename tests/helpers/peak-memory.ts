import { main } from '../../lib/main.ts';

// Runs one command, and prints the peak memory of this process on stderr, in KiB.
await main(process, ['-c', 'builtin:redis', ...process.argv.slice(2)]);
process.stderr.write(`\npeak ${process.resourceUsage().maxRSS}\n`);
