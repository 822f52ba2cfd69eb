// The first line of the package for Node: an old one gets a sentence, where the program itself would be a syntax error.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > 20 || (major === 20 && minor >= 19)) {
  // Imported here, where an old Node does not come.
  void import('./node.ts').then(({ main }) => main(__dirname, require));
} else {
  const failure = {
    success: false,
    error: `gantz needs Node 20.19 or newer; this is Node ${process.versions.node}`,
    code: 'NOT_RUNNABLE',
    retryable: false,
    outcome: 'none',
    hint: 'Install a newer Node, or use the native executable, which needs none.',
  };
  process.stdout.write(`${JSON.stringify(failure)}\n`);
  process.exitCode = 3;
}
