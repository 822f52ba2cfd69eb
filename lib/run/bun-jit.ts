const { Bun } = globalThis as { Bun?: { unsafe: { setJITPolicy(scale: number): void } } };

/**
 * Lets the executable compile hot code as early as its engine usually does. It starts with a policy for single calls, which compiles
 * eight times later (scripts/build/native.ts). On Node this does nothing.
 */
export function compileHotCode(): void {
  Bun?.unsafe.setJITPolicy(1);
}
