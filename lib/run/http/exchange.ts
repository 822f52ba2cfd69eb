import { request as requestPlain, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { toGantzError, withOutcome } from '../../contract/errors.ts';
import type { HeaderFields } from './headers.ts';
import { networkFailure } from './network-failure.ts';
import { proxyAuthorization, type Proxy } from './proxy.ts';
import { addressOf, openTunnel } from './tunnel.ts';

/** A request as it is sent to one server. */
export type OutgoingRequest = {
  method: string;
  url: URL;
  headers: HeaderFields;
  body: Buffer | undefined;
  proxy: Proxy | undefined;
};

/**
 * Sends one request and returns the response when its headers have arrived; its body may still be arriving. An abort of
 * the signal ends both and throws the reason of the signal. Throws UPSTREAM_UNAVAILABLE or UNEXPECTED_ANSWER, with the
 * outcome `none` when nothing can have been sent, else `unknown`.
 */
export async function exchange(outgoing: OutgoingRequest, signal: AbortSignal): Promise<IncomingMessage> {
  signal.throwIfAborted();
  const { url, body, proxy } = outgoing;
  const tunnel = proxy && url.protocol === 'https:' ? await openTunnel(url, proxy, signal) : undefined;
  return await new Promise((resolve, reject) => {
    if (signal.aborted) {
      tunnel?.destroy();
      reject(withOutcome(toGantzError(signal.reason), 'none'));
      return;
    }
    const request = openRequest(outgoing, tunnel);
    const onAbort = (): void => {
      reject(interrupted(signal.reason, request));
      request.destroy();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const server = proxy && !tunnel ? `the proxy ${proxy.url.origin}` : url.origin;
    request.on('error', (error) => reject(networkFailure(error, server)));
    request.on('response', resolve);
    request.on('close', () => signal.removeEventListener('abort', onAbort));
    request.end(body);
  });
}

function openRequest(
  { method, url, headers, proxy }: OutgoingRequest,
  tunnel: Socket | undefined,
): ClientRequest {
  // Each request has its own connection. A server may close a kept connection while it is used again, and a POST cannot
  // be repeated.
  const common = { method, agent: false, maxHeaderSize: 64 * 1024 } as const;
  if (!proxy) return (url.protocol === 'https:' ? requestSecure : requestPlain)(url, { ...common, headers });
  const path = `${url.pathname}${url.search}`;
  const withHost = { host: url.host, ...headers };
  if (tunnel) {
    // With an agent, Node would not call createConnection.
    return requestPlain({
      ...common,
      agent: undefined,
      path,
      headers: withHost,
      createConnection: () => tunnel,
    });
  }
  return requestPlain({
    ...common,
    ...addressOf(proxy),
    path: `${url.origin}${path}`,
    headers: { ...withHost, ...proxyAuthorization(proxy) },
  });
}

/** Converts the reason of an abort to a GantzError. Its outcome is `none` while the connection was not yet open. */
function interrupted(reason: unknown, { socket }: ClientRequest): Error {
  const { connecting, secureConnecting } = (socket ?? {}) as Partial<
    TLSSocket & { secureConnecting: boolean }
  >;
  const waiting = connecting === true || secureConnecting === true;
  return withOutcome(toGantzError(reason), waiting ? 'none' : 'unknown');
}
