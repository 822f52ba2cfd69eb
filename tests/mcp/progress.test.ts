import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ProgressEvent } from '../../lib/contract/call.ts';
import { trackProgress, type Progress } from '../../lib/mcp/progress.ts';

function track(events: readonly ProgressEvent[]): Progress[] {
  const sent: Progress[] = [];
  const emit = trackProgress((progress) => sent.push(progress));
  for (const event of events) emit(event);
  return sent;
}

describe('trackProgress', () => {
  it('counts events without progress', () => {
    assert.deepEqual(
      track([
        { event: 'output', stream: 'stdout', message: 'one' },
        { event: 'step', message: 'two' },
      ]),
      [
        { progress: 1, message: 'one' },
        { progress: 2, message: 'two' },
      ],
    );
  });

  it('uses the progress of events, as long as it grows', () => {
    assert.deepEqual(
      track([
        { event: 'scan', progress: 10, total: 30 },
        { event: 'scan', progress: 10, total: 30 },
        { event: 'scan', progress: 30, total: 30 },
      ]).map(({ progress, total }) => [progress, total]),
      [
        [10, 30],
        [11, undefined],
        [30, 30],
      ],
    );
  });

  it('sends the whole event when it has more than a message', () => {
    const event = { event: 'message', channel: 'news', message: 'hello', progress: 1, total: 2 };
    assert.deepEqual(track([event]), [
      { progress: 1, total: 2, message: '{"event":"message","channel":"news","message":"hello"}' },
    ]);
  });

  it('limits the notifications of a call that reports without pause', () => {
    const sent = track(
      Array.from({ length: 10_000 }, (_, index) => ({ event: 'line', message: `${index}` })),
    );
    assert.ok(sent.length >= 100 && sent.length < 300, `${sent.length} notifications`);
  });
});
