import { connect } from 'node:net';
import { GantzError } from '../../contract/errors.ts';
import { showAddress } from '../schemes/url-parts.ts';
import type { Address } from '../target.ts';
import { serverName } from './client.ts';
import type { TlsOptions } from './tls.ts';

/** How long one attempt to find out the transport of a server may take, in milliseconds. */
const PROBE_MS = 500;

/** The first bytes of a reply of Redis to PING: +PONG or an error. */
const REPLY = /^[+-][A-Z]{3}/;

/**
 * Resolves to true when a server replies to a PING that is sent without TLS. Redis waits for the end of a line, so it
 * does not reply to the beginning of a TLS handshake.
 */
export function repliesWithoutTls({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (answer: boolean): void => {
      clearTimeout(limit);
      socket.destroy();
      resolve(answer);
    };
    const limit = setTimeout(() => end(false), PROBE_MS);
    socket.on('connect', () => socket.write('PING\r\n'));
    socket.on('data', (bytes) => end(REPLY.test(bytes.toString('latin1'))));
    socket.on('error', () => end(false)).on('close', () => end(false));
  });
}

/**
 * Resolves to true when a server replies to a TLS handshake. Nothing is sent besides the handshake, so the certificate
 * does not matter.
 */
export async function repliesWithTls(address: Address): Promise<boolean> {
  const { connected, error } = await handshake(address, { rejectUnauthorized: false });
  // A server that demands a client certificate answers with an alert.
  return connected || /_ALERT_/.test(error?.code ?? '');
}

/**
 * Resolves to the error of a TLS handshake that is not followed by a command. When a command follows, the server may reset
 * the connection, and its alert with the reason is lost.
 */
export async function handshakeError(address: Address, options: TlsOptions): Promise<Error | undefined> {
  return (await handshake(address, options)).error;
}

type Handshake = { connected: boolean; error?: Error & { code?: string } };

/** Makes a TLS handshake, and waits until the server ends the connection or the time is over. */
async function handshake(
  { host, port }: Address,
  options: TlsOptions & { rejectUnauthorized?: boolean },
): Promise<Handshake> {
  const tls = await import('node:tls');
  return await new Promise((resolve) => {
    const socket = tls.connect({ host, port, ...serverName(host), ...options });
    const result: Handshake = { connected: false };
    const end = (): void => {
      clearTimeout(limit);
      socket.destroy();
      resolve(result);
    };
    const limit = setTimeout(end, PROBE_MS);
    socket.on('secureConnect', () => {
      result.connected = true;
      if (options.rejectUnauthorized === false) end();
    });
    socket.on('error', (error) => {
      result.error ??= error;
      end();
    });
    socket.on('close', end);
  });
}

/** Returns the failure of a connection with TLS to a server without. */
export function serverWithoutTls(address: Address, cause?: unknown): GantzError {
  return new GantzError(
    'REDIS_UNAVAILABLE',
    `Redis at ${showAddress(address)} does not use TLS on this port`,
    {
      retryable: false,
      hint: 'Set the port for TLS in REDIS_URL. Or write redis in place of rediss, for a connection without TLS.',
      cause,
    },
  );
}

/** Returns the failure of a connection without TLS to a server with TLS. */
export function serverWithTls(address: Address, cause: unknown): GantzError {
  return new GantzError('REDIS_UNAVAILABLE', `Redis at ${showAddress(address)} uses TLS on this port`, {
    retryable: false,
    hint: 'Write rediss in place of redis at the beginning of REDIS_URL.',
    cause,
  });
}
