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

/** Returns the name in an Origin header; undefined for `null` and for schemes other than http and https. */
export function nameOfOrigin(header: string): string | undefined {
  return /^https?:\/\/(\[[0-9a-f:.]+\]|[^\s:/@[\]]+)(?::\d{1,5})?$/i.exec(header)?.[1];
}

/** Returns `http://127.0.0.1:3000`, with brackets around an IPv6 address. */
export function urlOf(host: string, port: number): string {
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}

function unbracket(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
