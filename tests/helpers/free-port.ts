import { createServer, type AddressInfo } from 'node:net';
import { nextEvent } from './wait.ts';

/** Returns a TCP port of 127.0.0.1 that was free when it was checked. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await nextEvent(probe, 'listening', { what: 'a listening probe' });
  const { port } = probe.address() as AddressInfo;
  const closed = nextEvent(probe, 'close', { what: 'the end of the probe' });
  probe.close();
  await closed;
  return port;
}
