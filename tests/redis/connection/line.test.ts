import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Line } from '../../../lib/redis/connection/line.ts';
import { stopTimers } from '../../helpers/stop-timers.ts';

/** Calls of one line. `woken` holds the names of those that were woken, in that order. */
function lineOf(...names: string[]) {
  const line = new Line();
  const woken: string[] = [];
  const calls = names.map((name) => {
    const call = line.enter();
    const sleep = (): void => void call.sleep(60_000).then(() => woken.push(name));
    return { ...call, sleep };
  });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const end = (): void => {
    for (const call of calls) call.leave(false);
  };
  return { line, calls, woken, settle, end };
}

describe('a line of waiting calls', () => {
  it('wakes as many calls as an event says, the first ones first', async () => {
    const { line, calls, woken, settle, end } = lineOf('a', 'b', 'c', 'd');
    for (const call of calls) call.sleep();
    line.wake(2);
    await settle();
    assert.deepEqual(woken, ['a', 'b']);
    line.wake(9);
    await settle();
    assert.deepEqual(woken, ['a', 'b', 'c', 'd']);
    end();
  });

  it('keeps the place of a call that was woken for nothing', async () => {
    const { line, calls, woken, settle, end } = lineOf('a', 'b');
    for (const call of calls) call.sleep();
    line.wake(1);
    await settle();
    calls[0]?.sleep();
    line.wake(1);
    await settle();
    assert.deepEqual(woken, ['a', 'a']);
    end();
  });

  it('runs the step again when an event came while it ran and no other call slept', async () => {
    const { line, calls, woken, settle, end } = lineOf('a');
    line.wake(1);
    calls[0]?.sleep();
    await settle();
    assert.deepEqual(woken, ['a']);
    calls[0]?.sleep();
    await settle();
    assert.deepEqual(woken, ['a'], 'only once');
    end();
  });

  it('gives an event to a call that sleeps before one that runs its step', async () => {
    const { line, calls, woken, settle, end } = lineOf('a', 'b');
    calls[1]?.sleep();
    line.wake(1);
    calls[0]?.sleep();
    await settle();
    assert.deepEqual(woken, ['b']);
    end();
  });

  it('passes the event of a call on that ends before its step', async () => {
    const { line, calls, woken, settle, end } = lineOf('a', 'b', 'c');
    for (const call of calls) call.sleep();
    line.wake(1);
    calls[0]?.leave(true);
    await settle();
    assert.deepEqual(woken, ['a', 'b']);
    calls[0]?.leave(true);
    calls[2]?.leave(true);
    await settle();
    assert.deepEqual(woken, ['a', 'b'], 'nothing is passed on twice, or by a call that sleeps');
    end();
  });

  it('passes an event on that came while the last step of a call ran', async () => {
    const { line, calls, woken, settle, end } = lineOf('a', 'b');
    line.wake(1);
    calls[1]?.sleep();
    calls[0]?.leave(false);
    await settle();
    assert.deepEqual(woken, ['b']);
    end();
  });

  it('wakes one call when something is due, and one a while later', async (t) => {
    stopTimers(t);
    const { line, calls, woken, settle, end } = lineOf('a', 'b', 'c');
    for (const call of calls) call.sleep();
    line.expect(100);
    t.mock.timers.tick(100);
    await settle();
    assert.deepEqual(woken, []);
    t.mock.timers.tick(1);
    await settle();
    assert.deepEqual(woken, ['a']);
    t.mock.timers.tick(5500);
    await settle();
    assert.deepEqual(woken, ['a', 'b']);
    end();
    t.mock.timers.tick(60_000);
    await settle();
    assert.deepEqual(woken, ['a', 'b']);
  });

  it('wakes one call after 4.5 to 5.5 seconds when nothing is due', async (t) => {
    stopTimers(t);
    for (let count = 0; count < 100; count++) {
      const { line, calls, woken, settle, end } = lineOf('a', 'b');
      for (const call of calls) call.sleep();
      line.expect(undefined);
      t.mock.timers.tick(4499);
      await settle();
      assert.deepEqual(woken, []);
      t.mock.timers.tick(1002);
      await settle();
      assert.deepEqual(woken, ['a']);
      end();
    }
  });
});
