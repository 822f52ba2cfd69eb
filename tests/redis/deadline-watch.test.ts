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

describe('DeadlineWatch', () => {
  it('ends each at its own time, in whatever order they came, and moved ones when they moved to', async () => {
    const watch = new DeadlineWatch();
    const ended: string[] = [];
    await new Promise<void>((resolve) => {
      const moved = watched('moved', 20, ended, resolve);
      for (const each of [watched('third', 90, ended), moved, watched('first', 30, ended)]) watch.add(each);
      moved.deadline.allowWait(150, 0);
      watch.add(watched('second', 60, ended));
      const over = watched('over', 40, ended);
      watch.add(over);
      watch.delete(over);
    });
    assert.deepEqual(ended, ['first', 'second', 'third', 'moved']);
    watch.close();
  });

  it('takes deadlines beyond what one timer can hold', () => {
    const watch = new DeadlineWatch();
    const far = watched('far', 2 ** 40, []);
    watch.add(far);
    watch.delete(far);
    watch.close();
  });
});
