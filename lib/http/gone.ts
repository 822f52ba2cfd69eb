import type { IncomingMessage } from 'node:http';
import { GantzError } from '../errors.ts';

const signals = new WeakMap<IncomingMessage['socket'], AbortSignal>();

/** Aborts when the client of a request goes away. One signal serves all requests of a connection, because making one is slow. */
export function goneSignal({ socket }: IncomingMessage): AbortSignal {
  const known = signals.get(socket);
  if (known) return known;
  const controller = new AbortController();
  socket.once('close', () => controller.abort(new GantzError('CANCELLED', 'The client went away')));
  signals.set(socket, controller.signal);
  return controller.signal;
}
