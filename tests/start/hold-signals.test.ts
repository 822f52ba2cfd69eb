import assert from 'node:assert/strict';
import { test } from 'node:test';
import { holdSignals } from '../../lib/start/hold-signals.ts';
import { settled } from '../helpers/wait.ts';

test('a signal that arrives while the program loads is received by the listener of the program', async () => {
  const next = (): Promise<string> =>
    settled(new Promise((resolve) => process.once('SIGHUP', resolve)), { what: 'the signal' });
  const release = holdSignals(process);
  const arrived = next();
  process.kill(process.pid, 'SIGHUP');
  await arrived;
  const received = next();
  release();
  assert.equal(await received, 'SIGHUP');
  assert.equal(process.listenerCount('SIGHUP'), 0);
});
