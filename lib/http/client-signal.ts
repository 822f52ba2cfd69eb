import type { IncomingMessage } from 'node:http';
import { GantzError } from '../contract/errors.ts';

const signals = new WeakMap<IncomingMessage['socket'], AbortSignal>();

/**
 * Returns a signal that aborts with CANCELLED when the client of a request disconnects. All requests of a connection share
 * one signal, because creating one is slow.
 */
export function clientSignal({ socket }: IncomingMessage): AbortSignal {
  const known = signals.get(socket);
  if (known) return known;
  const controller = new AbortController();
  socket.once('close', () => controller.abort(new GantzError('CANCELLED', 'The client disconnected')));
  signals.set(socket, controller.signal);
  return controller.signal;
}
