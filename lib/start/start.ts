import { holdSignals } from './hold-signals.ts';

// The package for Node starts here. On an old version of Node, which cannot parse the program, it prints a failure.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 20 || (major === 20 && minor >= 19)) {
  // Loading the program takes tens of milliseconds. entry.ts holds the signals before this stops.
  const release = holdSignals(process);
  // Imported here, so that an old version of Node does not load it.
  void import('./node.ts').then(({ main }) => {
    main(__dirname, require);
    release();
  });
} else {
  const failure = {
    success: false,
    error: `gantz needs Node 20.19 or newer; this is Node ${process.versions.node}`,
    code: 'NOT_RUNNABLE',
    retryable: false,
    outcome: 'none',
    hint: 'Install a newer Node, or use the native executable, which does not need Node.',
  };
  process.stdout.write(`${JSON.stringify(failure)}\n`);
  process.exitCode = 3;
}
