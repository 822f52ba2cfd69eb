import { hostname } from 'node:os';
import { isIP } from 'node:net';

/** Returns true for a host that only this machine can connect to. */
export function isLoopback(host: string): boolean {
  const name = unbracket(host.toLowerCase());
  return name === 'localhost' || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/**
 * Returns a check of the host names that requests may use for a server on `host`. It protects against DNS rebinding, where
 * the name of a web page resolves to this server. On the loopback, the loopback's names are right. Elsewhere, addresses,
 * `host` and the name of the machine are right too. `allowed` adds names.
 */
export function hostCheck(host: string, allowed: readonly string[]): (name: string) => boolean {
  const names = new Set([host, ...allowed].map((name) => unbracket(name.toLowerCase())));
  if (!isLoopback(host)) names.add(hostname().toLowerCase());
  return (name) => {
    const plain = unbracket(name.toLowerCase());
    return names.has(plain) || isLoopback(plain) || (!isLoopback(host) && isIP(plain) !== 0);
  };
}

/** Returns the name in a Host header, without the port; undefined when the header is malformed. */
export function nameOfHost(header: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[^\s:/@[\]]+)(?::\d{1,5})?$/i.exec(header)?.[1];
}

/**
 * Returns true when an Origin header has the host and port of a Host header. The scheme is ignored, because a reverse proxy
 * may serve https. A missing port is the default port of the origin's scheme.
 */
export function isSameOrigin(origin: string | undefined, host: string): boolean {
  const [, scheme, address] = /^(https?):\/\/([^/]+)$/i.exec(origin ?? '') ?? [];
  if (scheme === undefined || address === undefined) return false;
  const withPort = (text: string): string =>
    /:\d+$/.test(text) ? text.toLowerCase() : `${text.toLowerCase()}:${scheme.length === 5 ? 443 : 80}`;
  return withPort(address) === withPort(host);
}

/** Returns `http://127.0.0.1:3000`, with brackets around an IPv6 address. */
export function urlOf(host: string, port: number): string {
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

function unbracket(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
