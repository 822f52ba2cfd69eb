import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdSignals } from '../../lib/start/hold-signals.ts';
import { nextEvent } from '../helpers/wait.ts';

test('a signal that arrives while the program loads is received by the listener of the program', async () => {
  const release = holdSignals(process);
  const arrived = nextEvent(process, 'SIGHUP', { what: 'the signal' });
  process.kill(process.pid, 'SIGHUP');
  await arrived;
  const received = nextEvent(process, 'SIGHUP', { what: 'the signal that was held' });
  release();
  assert.deepEqual((await received)[0], 'SIGHUP');
  assert.equal(process.listenerCount('SIGHUP'), 0);
});
