type BunOutput = { stdout: unknown; write(output: unknown, text: string): Promise<number> };

const { Bun } = globalThis as { Bun?: BunOutput };

/**
 * Writes a text to stdout in the executable, and resolves when all of it is written. It is undefined on Node. Bun's
 * `process.stdout` takes 690 page faults when it is first used, as many as the start of the runtime, and this none. The other
 * functions lose text: `console.log` and `Bun.stdout.writer()` ignore errors, and one `writeSync` may write only a part.
 */
export const writeInBun = Bun && ((text: string): Promise<number> => Bun.write(Bun.stdout, text));
