import assert from 'node:assert/strict';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { it } from 'node:test';
import { GantzError } from '../../lib/contract/errors.ts';
import { BUNDLED_MANIFEST } from '../helpers/bundled-manifest.ts';
import { compileCatalogue } from '../../lib/run/catalogue.ts';
import { openRunner } from '../../lib/run/runner.ts';
import { openGantz } from '../../lib/library/library.ts';
import { folderWith } from '../helpers/folder.ts';
import { runMain } from '../helpers/run-main.ts';
import { nextEvent, settled } from '../helpers/wait.ts';

for (const mode of ['one-shot', 'long-lived'] as const) {
  it(`a followed ${mode} call to a server that does not answer is cancelled by an interrupt`, async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
    silent.listen(0, '127.0.0.1');
    await nextEvent(silent, 'listening', { what: 'a listening server' });
    const { port } = silent.address() as AddressInfo;
    const runner = openRunner({
      catalogue: compileCatalogue(BUNDLED_MANIFEST),
      env: { REDIS_URL: `redis://127.0.0.1:${port}` },
      mode,
      timeoutMs: 60_000,
      notice: () => undefined,
    });
    try {
      const connected = nextEvent(silent, 'connection', { what: 'a connection of the call' });
      const abort = new AbortController();
      const call = runner.call(
        runner.find('cache_get'),
        { key: 'a' },
        { follow: true, signal: abort.signal },
      );
      const failed = assert.rejects(call, { code: 'CANCELLED', outcome: 'none' });
      const [socket] = (await connected) as [Socket];
      await nextEvent(socket, 'data', { what: 'the command of the call' });
      abort.abort(new GantzError('CANCELLED', 'Interrupted'));
      await settled(failed, { what: 'the end of the interrupted call' });
    } finally {
      await runner.close();
      silent.close();
      for (const socket of sockets) socket.destroy();
    }
  });
}

it('many scripts that run at a time cause no warning of a leak', async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning);
  process.on('warning', onWarning);
  const cwd = folderWith({
    'gantz.yaml': 'name: many\ntools:\n  - { name: t, description: d, script: { shell: "sleep 0.1" } }\n',
  });
  const gantz = await openGantz({ cwd, env: { PATH: process.env['PATH'] } });
  try {
    await Promise.all(Array.from({ length: 12 }, () => gantz.call('t')));
    // The calls of a batch have a signal, which the library does not have without one.
    const { exitCode } = await runMain(['batch', '--concurrency', '12', '-'], {
      cwd,
      env: { PATH: process.env['PATH'] },
      stdin: '{"tool":"t"}\n'.repeat(12),
    });
    assert.equal(exitCode, 0);
    // Warnings are emitted in a later turn.
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(warnings, []);
  } finally {
    process.off('warning', onWarning);
    await gantz.close();
  }
});
