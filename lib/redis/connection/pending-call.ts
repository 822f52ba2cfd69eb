import { GantzError } from '../../contract/errors.ts';
import type { UseOptions } from '../options.ts';
import type { ServerConnection } from './server-connection.ts';

/** A connection as the calls use it. */
export type CallConnection = Pick<
  ServerConnection,
  'answeredCalls' | 'addCall' | 'removeCall' | 'retire' | 'causeOf' | 'mayHaveRefusedTransport' | 'diagnose'
>;

/** A call that has not ended. */
export type PendingCall = Pick<UseOptions, 'deadline'> & {
  /** Cancels the call; undefined when the caller gave none or the operation ignores it. */
  signal: AbortSignal | undefined;
  readonly readOnly: boolean;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
  ended: boolean;
  /** The connection that carries the call; undefined while the call waits for a connection. */
  connection: CallConnection | undefined;
  /** The value of `connection.answeredCalls` when the call was sent. */
  answeredBefore: number;
  /** True when a node of a cluster executed a command of the call. */
  executed: boolean;
  /** Functions to run when the call ends. */
  cleanups: (() => void)[] | undefined;
};

/** Assigns a call to the connection that carries its next command. Throws CANCELLED when the call has ended. */
export function attach(call: PendingCall, connection: CallConnection): void {
  if (call.ended) throw new GantzError('CANCELLED', 'The call has ended');
  if (call.connection === connection) return;
  call.connection?.removeCall();
  call.connection = connection;
  call.answeredBefore = connection.answeredCalls;
  connection.addCall();
}

/** Removes a call from its connection after a reply that nothing was executed. */
export function detach(call: PendingCall): void {
  if (call.ended || !call.connection) return;
  call.connection.answeredCalls++;
  call.connection.removeCall();
  call.connection = undefined;
}
