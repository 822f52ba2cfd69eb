import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { holdRunners } from '../../lib/serving/runners.ts';
import { runnerOf } from '../helpers/fake-runner.ts';

const idle = (): ReturnType<typeof runnerOf> => runnerOf(() => Promise.resolve({}));

describe('holdRunners', () => {
  it('lets a call in flight end on the runner it began with, and closes that one afterwards', async () => {
    const [first, second] = [idle(), idle()];
    const runners = holdRunners(first);
    let finish: () => void = () => undefined;
    const call = runners.use(async (runner) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return runner;
    });
    runners.replace(second);
    assert.equal(runners.current, second);
    assert.equal(first.closed, false);
    assert.equal(await runners.use((runner) => Promise.resolve(runner)), second);
    finish();
    assert.equal(await call, first);
    assert.equal(first.closed, true);
    assert.equal(second.closed, false);
  });

  it('closes a runner without calls at once when it is replaced', () => {
    const first = idle();
    const runners = holdRunners(first);
    runners.replace(idle());
    assert.equal(first.closed, true);
  });

  it('closes a runner after calls that fail, too', async () => {
    const first = idle();
    const runners = holdRunners(first);
    const call = runners.use(() => Promise.reject(new Error('no')));
    runners.replace(idle());
    await assert.rejects(call);
    assert.equal(first.closed, true);
  });

  it('calls a listener after each replacement until the listener is removed', () => {
    const runners = holdRunners(idle());
    let replacements = 0;
    const stop = runners.onReplace(() => replacements++);
    runners.replace(idle());
    runners.replace(idle());
    stop();
    runners.replace(idle());
    assert.equal(replacements, 2);
  });

  it('resolves idle when the last call has ended, or after the limit', async () => {
    const runners = holdRunners(idle());
    await runners.idle(60_000);
    let finish: () => void = () => undefined;
    const call = runners.use(() => new Promise<void>((resolve) => (finish = resolve)));
    await runners.idle(1);
    const waiting = runners.idle(60_000);
    finish();
    await Promise.all([waiting, call]);
  });

  it('closes every runner when it is closed', async () => {
    const [first, second] = [idle(), idle()];
    const runners = holdRunners(first);
    void runners.use(() => new Promise(() => undefined));
    runners.replace(second);
    await runners.close();
    assert.deepEqual([first.closed, second.closed], [true, true]);
  });
});
