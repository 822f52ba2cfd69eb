// The first import of this module in a process must find the real timers: the names that an ES module imports from it keep
// what they found then, also after the test.
import 'node:timers/promises';
import type { TestContext } from 'node:test';

/** Replaces the global timers until the end of a test. They fire only in `t.mock.timers.tick`. */
export function stopTimers(t: TestContext): void {
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
}
