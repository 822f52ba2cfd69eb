import { request as requestPlain } from 'node:http';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { GantzError, toGantzError, withOutcome } from '../../contract/errors.ts';
import { networkFailure } from './network-failure.ts';
import { proxyAuthorization, type Proxy } from './proxy.ts';

/**
 * Opens a TLS connection to the server of an https URL through a proxy, with CONNECT. Throws UPSTREAM_UNAVAILABLE or
 * UNEXPECTED_ANSWER when the proxy or the server refuses it, and the reason of the signal when it is aborted. No request
 * has been sent by then, so the outcome is always `none`.
 */
export async function openTunnel(url: URL, proxy: Proxy, signal: AbortSignal): Promise<Socket> {
  let socket: Socket | undefined;
  try {
    socket = await connectThrough(url, proxy, signal);
    return await secure(socket, url, signal);
  } catch (error) {
    socket?.destroy();
    throw withOutcome(toGantzError(error), 'none');
  }
}

async function connectThrough(url: URL, proxy: Proxy, signal: AbortSignal): Promise<Socket> {
  const target = `${url.hostname}:${url.port || '443'}`;
  return await new Promise((resolve, reject) => {
    const request = requestPlain({
      ...addressOf(proxy),
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...proxyAuthorization(proxy) },
      agent: false,
    });
    const onAbort = (): void => {
      reject(toGantzError(signal.reason));
      request.destroy();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    request.on('close', () => signal.removeEventListener('abort', onAbort));
    request.on('error', (error) => reject(networkFailure(error, `the proxy ${proxy.url.origin}`)));
    request.on('connect', ({ statusCode = 0, statusMessage = '' }, socket) => {
      signal.removeEventListener('abort', onAbort);
      if (statusCode >= 200 && statusCode < 300) {
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(refused(proxy, target, `${statusCode} ${statusMessage}`.trim()));
    });
    request.end();
  });
}

async function secure(socket: Socket, { hostname, origin }: URL, signal: AbortSignal): Promise<Socket> {
  const host = hostname.replace(/^\[|\]$/g, '');
  return await new Promise((resolve, reject) => {
    const onAbort = (): void => reject(toGantzError(signal.reason));
    const onError = (error: Error): void => reject(networkFailure(error, origin));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const encrypted = connectTls({ socket, host, ...(isIP(host) === 0 && { servername: host }) }, () => {
      signal.removeEventListener('abort', onAbort);
      encrypted.off('error', onError);
      resolve(encrypted);
    });
    encrypted.on('error', onError);
  });
}

/** Returns the host and port of a proxy for a request. */
export function addressOf({ url: { hostname, port } }: Proxy): { host: string; port: number } {
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || '80'),
  };
}

function refused({ url, variable }: Proxy, target: string, status: string): GantzError {
  const isCredentials = status.startsWith('407');
  return new GantzError(
    'UPSTREAM_UNAVAILABLE',
    `The proxy ${url.origin} answered CONNECT ${target} with ${status}`,
    {
      retryable: /^5/.test(status),
      hint: isCredentials
        ? `Write the user and the password in ${variable}: http://user:password@host:port.`
        : `Check that the proxy of ${variable} allows this server, or list its host in NO_PROXY.`,
    },
  );
}
