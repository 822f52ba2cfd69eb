const SIGNALS: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGTERM'];

/**
 * Holds signals while the program loads, which would end the process without an envelope. Returns a function that ends this
 * and sends the signals that have arrived again. Call it when the program listens.
 */
export function holdSignals(process: NodeJS.Process): () => void {
  const arrived = new Set<NodeJS.Signals>();
  const hold = (signal: NodeJS.Signals): void => void arrived.add(signal);
  for (const signal of SIGNALS) process.on(signal, hold);
  return () => {
    for (const signal of SIGNALS) process.off(signal, hold);
    for (const signal of arrived) process.kill(process.pid, signal);
  };
}
