import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Deadline } from '../../../lib/contract/deadline.ts';
import { DeadlineWatch } from '../../../lib/redis/connection/deadline-watch.ts';
import { settled, waitFor } from '../../helpers/wait.ts';

/** Returns an entry that adds its name to `ended` at its deadline. */
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
  it('ends each entry at its own deadline, in any order of arrival, moved deadlines included', async () => {
    const watch = watchThem();
    const ended: string[] = [];
    // Entries that wait for the deadline of this one would end a day too late.
    watch.add(watched('a day', 86_400_000, ended));
    const last = new Promise<void>((resolve) => {
      const moved = watched('moved', 20, ended, resolve);
      for (const each of [watched('third', 90, ended), moved, watched('first', 30, ended)]) watch.add(each);
      moved.deadline.allowWait(150, 0);
      watch.add(watched('second', 60, ended));
      const over = watched('over', 40, ended);
      watch.add(over);
      watch.delete(over);
    });
    await settled(last, { what: 'the end of the entry whose deadline moved' });
    await waitFor(() => ended.length === 4, { what: () => `four ended entries; so far: ${ended.join()}` });
    // On a slow machine several deadlines may pass at once, so the order may differ.
    assert.deepEqual(ended.sort(), ['first', 'moved', 'second', 'third']);
    watch.close();
  });

  it('sets its timer for the next entry after each', async () => {
    const watch = watchThem();
    const ended: string[] = [];
    watch.add(watched('a day', 86_400_000, ended));
    for (const name of ['one', 'two', 'three']) {
      watch.add(watched('an hour', 3_600_000, ended));
      const over = new Promise<void>((resolve) => watch.add(watched(name, 5, ended, resolve)));
      await settled(over, { what: `the end of entry ${name}` });
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
