import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Deadline } from '../../lib/contract/deadline.ts';
import { GantzError, type Code } from '../../lib/contract/errors.ts';
import { Gate, type Entrant } from '../../lib/serving/gate.ts';

type Held = { result: Promise<string>; begun: boolean; end: () => void };

/** Offers a call that runs until `end` is called. */
function offer(gate: Gate, name: string, entrant: Partial<Entrant> = {}): Held {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const held: Held = { result: Promise.resolve(name), begun: false, end };
  const deadline = new Deadline({ budgetMs: 60_000 });
  held.result = gate.run(
    { what: name, outside: false, deadline, signal: undefined, ...entrant },
    async () => {
      held.begun = true;
      await ended;
      return name;
    },
  );
  held.result.catch(() => undefined);
  return held;
}

const begun = (calls: readonly Held[]): boolean[] => calls.map((call) => call.begun);

async function failureOf({ result }: Held): Promise<GantzError> {
  try {
    await result;
  } catch (error) {
    if (error instanceof GantzError) return error;
    throw error;
  }
  throw new Error('The call did not fail');
}

async function codeOf(call: Held): Promise<[Code, string, boolean]> {
  const { code, outcome, retryable } = await failureOf(call);
  return [code, outcome, retryable];
}

/** Lets everything run that is ready. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the gate of calls', () => {
  it('runs as many calls as are allowed, and the others in the order of their arrival', async () => {
    const gate = new Gate({ all: 2, outside: 2 });
    const calls = ['a', 'b', 'c', 'd', 'e'].map((name, index) =>
      offer(gate, name, { outside: index % 2 === 0 }),
    );
    assert.deepEqual(begun(calls), [true, true, false, false, false]);
    assert.equal(gate.queued, 3);
    for (const [index, call] of calls.entries()) {
      call.end();
      assert.equal(await call.result, ['a', 'b', 'c', 'd', 'e'][index]);
      await turn();
      assert.deepEqual(
        begun(calls),
        calls.map((_, other) => other < index + 3),
      );
    }
    assert.equal(gate.queued, 0);
  });

  it('runs calls on Redis while scripts wait for other scripts', async () => {
    const gate = new Gate({ all: 3, outside: 1 });
    const [first, second] = [offer(gate, 'a', { outside: true }), offer(gate, 'b', { outside: true })];
    const redis = offer(gate, 'c');
    assert.deepEqual(begun([first, second, redis]), [true, false, true]);
    redis.end();
    await turn();
    assert.equal(second.begun, false);
    first.end();
    await turn();
    assert.equal(second.begun, true);
    second.end();
    assert.equal(await second.result, 'b');
  });

  it('refuses a call when four times as many wait as may run, and counts it', async () => {
    const gate = new Gate({ all: 2, outside: 2 });
    const calls = Array.from({ length: 11 }, (_, index) => offer(gate, String(index)));
    const [last] = calls.slice(-1);
    assert.ok(last);
    assert.deepEqual(await codeOf(last), ['OVERLOADED', 'none', true]);
    assert.deepEqual([gate.queued, gate.refused], [8, 1]);
    for (const call of calls) call.end();
    await Promise.all(calls.slice(0, -1).map(({ result }) => result));
    // The refused call has taken no place.
    assert.equal(offer(gate, 'next').begun, true);
  });

  it('fails a call whose time limit passes while it waits, and keeps its place for no one', async () => {
    const gate = new Gate({ all: 1, outside: 1 });
    const first = offer(gate, 'first');
    const late = offer(gate, 'late', { deadline: new Deadline({ budgetMs: 1 }) });
    assert.deepEqual(await codeOf(late), ['TIMEOUT', 'none', true]);
    assert.match(
      (await failureOf(late)).message,
      /^late waited for other calls and did not finish within 1 ms$/,
    );
    assert.deepEqual([late.begun, gate.queued], [false, 0]);
    const next = offer(gate, 'next');
    first.end();
    await first.result;
    await turn();
    assert.equal(next.begun, true);
  });

  it('a call that is cancelled while it waits leaves at once', async () => {
    const gate = new Gate({ all: 1, outside: 1 });
    const first = offer(gate, 'first');
    const cancel = new AbortController();
    const waiting = offer(gate, 'waiting', { signal: cancel.signal });
    const next = offer(gate, 'next');
    cancel.abort(new GantzError('CANCELLED', 'stop'));
    assert.equal(gate.queued, 1);
    assert.deepEqual(await codeOf(waiting), ['CANCELLED', 'none', true]);
    first.end();
    await turn();
    assert.deepEqual(begun([waiting, next]), [false, true]);
  });

  it('a call that is cancelled when its turn comes gives its place back', async () => {
    const gate = new Gate({ all: 1, outside: 1 });
    const first = offer(gate, 'first');
    const cancel = new AbortController();
    const second = offer(gate, 'second', { signal: cancel.signal });
    const third = offer(gate, 'third');
    first.end();
    await first.result;
    cancel.abort();
    second.end();
    await second.result;
    await turn();
    assert.equal(third.begun, true);
  });

  it('a call that fails gives its place back', async () => {
    const gate = new Gate({ all: 1, outside: 1 });
    const entrant = {
      what: 'x',
      outside: false,
      deadline: new Deadline({ budgetMs: 1000 }),
      signal: undefined,
    };
    await assert.rejects(gate.run(entrant, () => Promise.reject(new Error('no'))));
    await turn();
    assert.equal(offer(gate, 'next').begun, true);
  });

  it('refuses a call that was cancelled before it could wait', async () => {
    const gate = new Gate({ all: 1, outside: 1 });
    offer(gate, 'first');
    const signal = AbortSignal.abort('any reason');
    assert.deepEqual(await codeOf(offer(gate, 'second', { signal })), ['CANCELLED', 'none', true]);
    assert.equal(gate.queued, 0);
  });
});
