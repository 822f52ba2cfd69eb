import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { showProgress } from '../../lib/cli/progress-bar.ts';
import { waitFor } from '../helpers/wait.ts';

function output(isTTY: boolean) {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      done();
    },
  });
  return { stderr: Object.assign(stream, { isTTY, columns: 80 }), text: () => text };
}

test('progress is drawn on a terminal, with a bar when the whole is known', async () => {
  let done = 0;
  const { stderr, text } = output(true);
  const progress = await showProgress(
    { stderr },
    { text: () => `${done} keys`, amount: { total: 8, done: () => done } },
  );
  done = 6;
  await waitFor(() => text().includes('75 %  6 keys'), { what: 'the bar at 75 %' });
  progress.stop();
  assert.match(text(), /={30}-{10} 75 %/);
});

test('nothing is drawn into a pipe', async () => {
  const { stderr, text } = output(false);
  const progress = await showProgress({ stderr }, { text: () => '1 key' });
  progress.stop();
  assert.equal(text(), '');
});
