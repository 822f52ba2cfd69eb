import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
// The first import of this module in a process must find the real timers: the names that an ES module imports from it keep
// what they found then, also after the test.
import { setTimeout as sleep } from 'node:timers/promises';

/** Replaces the global timers until the end of a test. They fire only in `t.mock.timers.tick`. */
export function stopTimers(t: TestContext): void {
  // The compiler of the tests would drop an import that is not used.
  assert.ok(sleep);
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
}
