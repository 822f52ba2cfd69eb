import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Deadline } from '../../lib/deadline.ts';
import { DeadlineWatch } from '../../lib/redis/deadline-watch.ts';

/** Something watched that notes its name when its time is over. */
const watched = (name: string, budgetMs: number, ended: string[], last?: () => void) => ({
  deadline: new Deadline({ budgetMs }),
  expire() {
    assert.equal(this.deadline.remainingMs(), 0);
    ended.push(name);
    last?.();
  },
});

const watchThem = () => new DeadlineWatch<ReturnType<typeof watched>>((each) => each.expire());

describe('DeadlineWatch', () => {
  it('ends each item at its own deadline, in any order, and at the new one when it moved', async () => {
    const watch = watchThem();
    const ended: string[] = [];
    // Whichever waited for that of a day would not end today, and none may end before its time.
    watch.add(watched('a day', 86_400_000, ended));
    await new Promise<void>((resolve) => {
      const moved = watched('moved', 20, ended, resolve);
      for (const each of [watched('third', 90, ended), moved, watched('first', 30, ended)]) watch.add(each);
      moved.deadline.allowWait(150, 0);
      watch.add(watched('second', 60, ended));
      const over = watched('over', 40, ended);
      watch.add(over);
      watch.delete(over);
    });
    while (ended.length < 4) await new Promise((resolve) => setImmediate(resolve));
    // A machine that comes late to all of them takes them in any order.
    assert.deepEqual(ended.sort(), ['first', 'moved', 'second', 'third']);
    watch.close();
  });

  it('sets its timer for the next item after each item', async () => {
    const watch = watchThem();
    const ended: string[] = [];
    watch.add(watched('a day', 86_400_000, ended));
    for (const name of ['one', 'two', 'three']) {
      watch.add(watched('an hour', 3_600_000, ended));
      await new Promise<void>((resolve) => watch.add(watched(name, 5, ended, resolve)));
    }
    assert.deepEqual(ended, ['one', 'two', 'three']);
    watch.close();
  });

  it('accepts deadlines beyond the longest delay of a timer', () => {
    const watch = watchThem();
    const far = watched('far', 2 ** 40, []);
    watch.add(far);
    watch.delete(far);
    watch.close();
  });
});
