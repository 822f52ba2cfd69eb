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

/** The distance between the port of a cluster node and the port of its bus. */
const BUS_DISTANCE = 10_000;

/** Returns a free port whose bus port (10,000 higher) is free too, for a node of a cluster. */
export async function clusterPort(): Promise<number> {
  for (;;) {
    // Ports below the range from which the system chooses: two nodes that start at once get different ones.
    const port = 12_000 + Math.floor(Math.random() * 10_000);
    if ((await isFree(port)) && (await isFree(port + BUS_DISTANCE))) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  const state = new Promise<boolean>((resolve) => {
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => resolve(true));
  });
  const free = await state;
  if (free) await new Promise((resolve) => probe.close(resolve));
  return free;
}
